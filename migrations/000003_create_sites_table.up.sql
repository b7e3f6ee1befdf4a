create table public.sites (
    id bigint generated always as identity,
    customer_id bigint not null,
    name text not null,
    domain text not null,
    cloud_provider text not null,
    region text not null,
    deployment_status text not null default 'pending',
    configuration jsonb not null default '{}',
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),
    deleted_at timestamptz,

    constraint sites_pkey primary key (id),
    -- What child tables refer to, so that a child can't belong to another customer than its site.
    constraint sites_id_customer_id_key unique (id, customer_id),
    constraint sites_customer_id_fkey foreign key (customer_id)
        references public.customers (id) on delete restrict,
    constraint sites_name_check check (char_length(name) between 1 and 200),
    constraint sites_domain_check check (char_length(domain) between 1 and 253),
    constraint sites_cloud_provider_check
        check (cloud_provider in ('aws', 'azure', 'gcp', 'digitalocean', 'akamai')),
    constraint sites_region_check check (char_length(region) between 1 and 100),
    constraint sites_deployment_status_check
        check (deployment_status in ('pending', 'deploying', 'deployed', 'failed', 'stopped')),
    constraint sites_configuration_check check (jsonb_typeof(configuration) = 'object')
);

create index sites_customer_id_created_at_idx on public.sites (customer_id, created_at);

-- Unique within the customer alone: across customers, a refused insert would tell what others host.
create unique index sites_customer_id_lower_domain_key on public.sites (customer_id, lower(domain))
where deleted_at is null;

create index sites_customer_id_deployment_status_idx on public.sites (customer_id, deployment_status)
where deleted_at is null;

create index sites_deleted_at_idx on public.sites (deleted_at)
where deleted_at is not null;

comment on table public.sites is 'Websites that a customer has deployed to a cloud';
comment on column public.sites.customer_id is 'The tenant';
comment on column public.sites.domain is 'Host name; unique among the live sites of a customer';
comment on column public.sites.region is 'As the cloud provider spells it, such as eu-west-1';
comment on column public.sites.deployment_status is 'What the latest deployment left behind';
comment on column public.sites.configuration is 'Size, runtime and settings that deployments read';
comment on column public.sites.deleted_at is 'Soft delete: null while live; the row stays for its costs';
