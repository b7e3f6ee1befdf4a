create table public.deployments (
    id bigint generated always as identity,
    customer_id bigint not null,
    site_id bigint not null,
    status text not null default 'pending',
    terraform_plan text,
    terraform_output text,
    started_at timestamptz,
    finished_at timestamptz,
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint deployments_pkey primary key (id),
    -- The history outlives a careless delete: sites are soft-deleted, and purged only after it.
    constraint deployments_site_id_customer_id_fkey foreign key (site_id, customer_id)
        references public.sites (id, customer_id) on delete restrict,
    constraint deployments_status_check check (
        status in ('pending', 'planning', 'planned', 'applying', 'succeeded', 'failed', 'cancelled')
    ),
    constraint deployments_finished_at_check check (
        (finished_at is not null) = (status in ('succeeded', 'failed', 'cancelled'))
        and finished_at >= coalesce(started_at, finished_at)
    )
);

-- The tenant comes first for row-level security; both columns together serve the foreign key.
create index deployments_customer_id_site_id_created_at_idx
on public.deployments (customer_id, site_id, created_at);

create index deployments_customer_id_unfinished_idx on public.deployments (customer_id, created_at)
where finished_at is null;

comment on table public.deployments is 'Every run of Terraform for a site, newest and past';
comment on column public.deployments.customer_id is 'The tenant, always that of the site';
comment on column public.deployments.terraform_plan is 'What terraform plan announced; may hold secrets';
comment on column public.deployments.terraform_output is 'What terraform apply printed; may hold secrets';
comment on column public.deployments.started_at is 'When Terraform began; null while it waits';
comment on column public.deployments.finished_at is 'When it ended, well or not; null until then';
