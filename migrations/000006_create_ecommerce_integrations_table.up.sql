create table public.ecommerce_integrations (
    id bigint generated always as identity,
    customer_id bigint not null,
    site_id bigint not null,
    platform text not null,
    store_url text not null,
    encrypted_credentials bytea not null,
    status text not null default 'pending',
    last_sync_at timestamptz,
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint ecommerce_integrations_pkey primary key (id),
    -- One connection to a platform per site. The tenant comes first for row-level security, and so that a
    -- refused insert tells nothing about another tenant; the first two columns serve the foreign key.
    constraint ecommerce_integrations_customer_id_site_id_platform_key
        unique (customer_id, site_id, platform),
    -- Credentials don't outlive the site they were given for.
    constraint ecommerce_integrations_site_id_customer_id_fkey foreign key (site_id, customer_id)
        references public.sites (id, customer_id) on delete cascade,
    constraint ecommerce_integrations_platform_check
        check (platform in ('shopify', 'woocommerce', 'bigcommerce')),
    constraint ecommerce_integrations_store_url_check
        check (store_url ~ '^https://' and char_length(store_url) <= 2000),
    constraint ecommerce_integrations_encrypted_credentials_check
        check (octet_length(encrypted_credentials) between 1 and 65536),
    constraint ecommerce_integrations_status_check
        check (status in ('pending', 'connected', 'failed', 'disabled'))
);

comment on table public.ecommerce_integrations is 'Connections of a site to a shop platform';
comment on column public.ecommerce_integrations.customer_id is 'The tenant, always that of the site';
comment on column public.ecommerce_integrations.encrypted_credentials is 'Encrypted by the application; the key is not in this database';
comment on column public.ecommerce_integrations.status is 'Whether the platform accepts the credentials';
comment on column public.ecommerce_integrations.last_sync_at is 'Last complete synchronisation; null before the first';
