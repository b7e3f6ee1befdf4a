/** SQL for a superuser: customer n gets user n, site n, and one row in each of the site's tables. */
export const twoCustomers = `
insert into public.users (email, full_name, password_hash)
select 'user' || n || '@example.com', 'User ' || n, 'x' from generate_series(1, 2) as n;

insert into public.customers (owner_user_id, name)
select n, 'Customer ' || n from generate_series(1, 2) as n;

insert into public.sites (customer_id, name, domain, cloud_provider, region)
select n, 'Site ' || n, 'site' || n || '.example.com', 'aws', 'eu-west-1' from generate_series(1, 2) as n;

insert into public.deployments (customer_id, site_id)
select n, n from generate_series(1, 2) as n;

insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
select n, n, 'shopify', 'https://shop.example.com', 'x' from generate_series(1, 2) as n;

insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
select n, n, '2026-01-01', 1, 'EUR' from generate_series(1, 2) as n;
`;
