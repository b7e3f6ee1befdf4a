/** SQL for a superuser: rows of several tenants in every table, all with different values. */
export const tenantRows = `
insert into public.users (email, full_name, password_hash, mfa_secret, mfa_enabled)
select 'user' || n || '@example.com', 'User ' || n, pg_catalog.md5(n::text), '\\x00ff'::bytea, n % 2 = 0
  from pg_catalog.generate_series(1, 8) as n;

insert into public.customers (owner_user_id, name, white_label_config)
select n, 'Customer ' || n, pg_catalog.jsonb_build_object('colour', n)
  from pg_catalog.generate_series(1, 4) as n;

insert into public.sites (customer_id, name, domain, cloud_provider, region, deleted_at)
select 1 + n % 4, 'Site ' || n, 'site' || n || '.example.com', 'aws', 'eu-west-' || n,
       case when n % 5 = 0 then '2026-01-01'::timestamptz end
  from pg_catalog.generate_series(1, 20) as n;

insert into public.deployments (customer_id, site_id, terraform_plan)
select customer_id, id, pg_catalog.repeat('plan ' || id, 500)
  from public.sites, pg_catalog.generate_series(1, 3);

insert into public.policies (name, kind, rules)
select 'Policy ' || n, 'cost', pg_catalog.jsonb_build_object('limit', n)
  from pg_catalog.generate_series(1, 3) as n;

insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
select customer_id, id, 'shopify', 'https://shop' || id || '.example.com', pg_catalog.decode(pg_catalog.md5(id::text), 'hex')
  from public.sites;

insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
select customer_id, id, '2026-01-01'::date + day, id * 1.25 + day, 'EUR'
  from public.sites, pg_catalog.generate_series(0, 9) as day;
`;
