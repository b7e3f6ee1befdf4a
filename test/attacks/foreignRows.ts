/** SQL for a superuser: rows of customer 1, and of another customer whose values are all recognizable. */
export const foreignRows = `
insert into public.users (id, email, full_name, password_hash) overriding system value
values (1, 'own@example.com', 'Own', 'x'), (2, 'umbra@example.com', 'Umbra', 'umbra');
insert into public.customers (id, owner_user_id, name) overriding system value
values (1, 1, 'Own'), (424242, 2, 'umbra');
insert into public.sites (id, customer_id, name, domain, cloud_provider, region) overriding system value
values (1, 1, 'Own', 'own.example.com', 'aws', 'eu'), (434343, 424242, 'umbra', 'umbra.example.com', 'aws', 'umbra');
insert into public.sites (id, customer_id, name, domain, cloud_provider, region) overriding system value
select 600000 + n, 424242, 'umbra', 'umbra' || n || '.example.com', 'aws', 'umbra' from generate_series(1, 500) as n;
insert into public.deployments (customer_id, site_id) values (1, 1), (424242, 434343);
insert into public.deployments (customer_id, site_id, terraform_plan)
select 424242, 434343, 'umbra' from generate_series(1, 500);
insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
values (1, 1, 'shopify', 'https://own.example.com', 'x'), (424242, 434343, 'shopify', 'https://umbra.example.com', 'umbra');
insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
select customer_id, id, 'shopify', 'https://umbra.example.com', 'umbra' from public.sites where customer_id = 424242 and id <> 434343;
insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
values (1, 1, '2026-01-01', 1, 'EUR'), (424242, 434343, '2026-01-01', 777123, 'EUR');
analyze;
`;
