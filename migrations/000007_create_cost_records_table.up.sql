create table public.cost_records (
    id bigint generated always as identity,
    customer_id bigint not null,
    site_id bigint not null,
    cost_date date not null,
    amount numeric(14, 4) not null,
    currency text not null,
    breakdown jsonb not null default '{}',
    created_at timestamptz not null default pg_catalog.now(),
    updated_at timestamptz not null default pg_catalog.now(),

    constraint cost_records_pkey primary key (id),
    constraint cost_records_site_id_cost_date_key unique (site_id, cost_date),
    -- Billing data: neither a site nor its customer goes while costs refer to it.
    constraint cost_records_site_id_customer_id_fkey foreign key (site_id, customer_id)
        references public.sites (id, customer_id) on delete restrict,
    constraint cost_records_amount_check check (amount <> 'NaN'),
    constraint cost_records_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint cost_records_breakdown_check check (jsonb_typeof(breakdown) = 'object')
);

-- A customer's bill of a month.
create index cost_records_customer_id_cost_date_idx on public.cost_records (customer_id, cost_date);

-- The foreign key, with the tenant first for row-level security.
create index cost_records_customer_id_site_id_idx on public.cost_records (customer_id, site_id);

comment on table public.cost_records is 'What a site cost on one day, as its cloud provider billed it';
comment on column public.cost_records.customer_id is 'The tenant, always that of the site';
comment on column public.cost_records.cost_date is 'The day of the bill, in UTC';
comment on column public.cost_records.amount is 'Total of the day; negative when credits exceed usage';
comment on column public.cost_records.currency is 'ISO 4217 code, such as EUR';
comment on column public.cost_records.breakdown is 'Amount by type of resource, in the same currency';
