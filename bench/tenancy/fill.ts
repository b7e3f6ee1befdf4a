/** The size of the platform; customer 1 has far more sites than any other. */
export const size = { customers: 10_000, sites: 1_000_000, sitesOfTheLargest: 100_000 } as const;

const { customers, sites, sitesOfTheLargest: largest } = size;

/**
 * SQL for a superuser: the guide's tables with a million sites, each with a deployment and a bill, and in the schema `plain`
 * the same rows with the same indexes and without row-level security.
 */
export const fill = `
truncate public.users restart identity cascade;
set session_replication_role = replica;
insert into public.users (email, full_name, password_hash)
select 'u' || n || '@example.com', 'U', 'x' from generate_series(1, ${customers}) as n;
insert into public.customers (owner_user_id, name)
select n, 'Customer ' || n from generate_series(1, ${customers}) as n;
insert into public.sites (customer_id, name, domain, cloud_provider, region, deployment_status, created_at)
select case when n <= ${largest} then 1 else 2 + n % ${customers - 1} end,
       'Site ' || n, 's' || n || '.example.com',
       (array['aws', 'azure', 'gcp'])[1 + n % 3], 'eu',
       (array['pending', 'deployed', 'deployed', 'deployed', 'failed'])[1 + n % 5],
       now() - (n::int8 * 7919 % 1000003) * interval '1 minute'
  from generate_series(1, ${sites}) as n;
insert into public.deployments (customer_id, site_id, created_at)
select customer_id, id, created_at from public.sites;
insert into public.cost_records (customer_id, site_id, cost_date, amount, currency, breakdown)
select customer_id, id, date '2026-01-01' + (id % 300)::int4, id % 100, 'EUR',
       jsonb_build_object('compute', id % 60, 'storage', id % 40)
  from public.sites;
set session_replication_role = origin;

create schema plain;
create table plain.sites (like public.sites including all);
create table plain.deployments (like public.deployments including all);
create table plain.cost_records (like public.cost_records including all);
insert into plain.sites overriding system value select * from public.sites;
insert into plain.deployments overriding system value select * from public.deployments;
insert into plain.cost_records overriding system value select * from public.cost_records;
`;
