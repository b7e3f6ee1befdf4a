create table public.customers (
    id bigint generated always as identity,
    owner_user_id bigint not null,
    name text not null,
    tier text not null default 'standard',
    status text not null default 'active',
    white_label_config jsonb not null default '{}',
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint customers_pkey primary key (id),
    -- A user who owns a customer is replaced as its owner first: a customer never goes with a login.
    constraint customers_owner_user_id_fkey foreign key (owner_user_id)
        references public.users (id) on delete restrict,
    constraint customers_name_check check (char_length(name) between 1 and 200),
    constraint customers_tier_check check (tier in ('standard', 'premium')),
    constraint customers_status_check check (status in ('active', 'suspended', 'closed')),
    constraint customers_white_label_config_check
        check (jsonb_typeof(white_label_config) = 'object')
);

create index customers_owner_user_id_idx on public.customers (owner_user_id);

comment on table public.customers is 'Organisations that host sites: the tenants';
comment on column public.customers.id is 'The tenant, compared with app.current_customer_id';
comment on column public.customers.owner_user_id is 'The user who answers for this customer';
comment on column public.customers.tier is 'Level of service: standard or premium';
comment on column public.customers.status is 'active, suspended (may come back) or closed (kept for its bills)';
comment on column public.customers.white_label_config is 'Branding: names, colours, logos, own domains';
