/** SQL for a superuser: about 300 MB of sites with their deployments, whose plans are half words and half hashes, and bills. */
export const fill = `
truncate public.users restart identity cascade;
set session_replication_role = replica;
insert into public.users (email, full_name, password_hash)
select 'u' || n || '@example.com', 'User ' || n, md5(n::text) from generate_series(1, 1000) as n;
insert into public.customers (owner_user_id, name)
select n, 'Customer ' || n from generate_series(1, 1000) as n;
insert into public.sites (customer_id, name, domain, cloud_provider, region)
select 1 + n % 1000, 'Site ' || n, 's' || n || '.example.com', (array['aws', 'azure', 'gcp'])[1 + n % 3], 'eu'
  from generate_series(1, 10000) as n;
insert into public.deployments (customer_id, site_id, terraform_plan)
select customer_id, id, (
         select string_agg(format('+ resource "aws_instance" "web_%s" { ami = "ami-%s" subnet_id = "subnet-%s" }', part,
                                  left(md5(format('%s %s %s', id, run, part)), 17), left(md5(format('%s %s', part, id)), 17)), E'\\n')
           from generate_series(1, 10) as part)
  from public.sites, generate_series(1, 18) as run;
insert into public.cost_records (customer_id, site_id, cost_date, amount, currency, breakdown)
select customer_id, id, date '2026-01-01' + day, (id * day) % 100, 'EUR',
       jsonb_build_object('compute', id % 60, 'storage', day % 40)
  from public.sites, generate_series(1, 30) as day;
set session_replication_role = origin;
`;
