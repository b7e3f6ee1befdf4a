/** How many tenants there are; their ids are 1 to this. */
export const tenants = 20;

/** SQL for a superuser: rows of twenty tenants in every tenant table, a different number for each. */
export const twentyTenants = `
insert into public.users (email, full_name, password_hash, mfa_enabled)
select 'user' || n || '@example.com', 'User ' || n, pg_catalog.md5(n::text), false
  from pg_catalog.generate_series(1, ${tenants}) as n;

insert into public.customers (owner_user_id, name)
select n, 'Customer ' || n from pg_catalog.generate_series(1, ${tenants}) as n;

insert into public.sites (customer_id, name, domain, cloud_provider, region)
select n, 'Site ' || n || '.' || s, 'site' || n || '-' || s || '.example.com', 'aws', 'eu-west-1'
  from pg_catalog.generate_series(1, ${tenants}) as n
 cross join lateral pg_catalog.generate_series(0, n % 5) as s;

insert into public.deployments (customer_id, site_id, terraform_plan)
select customer_id, id, 'plan' from public.sites;

insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
select customer_id, id, 'shopify', 'https://shop' || id || '.example.com', '\\x00'
  from public.sites;

insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
select customer_id, id, '2026-01-01'::date + day, 1, 'EUR'
  from public.sites, pg_catalog.generate_series(0, 2) as day;
`;

/** SQL that counts the rows of all tenant tables that the current role may see, by tenant. */
export const visibleRows = `
select tenant::int, pg_catalog.count(*)::int as rows
  from (
    select id from public.customers
     union all
    select customer_id from public.sites
     union all
    select customer_id from public.deployments
     union all
    select customer_id from public.ecommerce_integrations
     union all
    select customer_id from public.cost_records
  ) as t (tenant)
 group by tenant`;
