/** SQL for a superuser: opens the database in every way that row-level security and privileges allow, and adds a column to decide about. */
export const openings = `
set role hosterizer_owner;
alter table public.sites disable row level security;
alter table public.customers no force row level security;
create policy everyone on public.customers using (true);
alter policy context_sees_own on public.deployments using (true);
grant select on public.users to public;
create function public.all_sites() returns setof public.sites language sql security definer
  set search_path = pg_catalog, public, pg_temp as 'select * from public.sites';
alter table public.users add column nickname text;
reset role;
`;

/** SQL that lists what of it is still open, one row each. */
export const stillOpen = `
select relname || ' without row-level security' as open
  from pg_catalog.pg_class
 where oid in ('public.sites'::regclass, 'public.customers'::regclass)
   and not (relrowsecurity and relforcerowsecurity)
 union all
select policyname || ' on ' || tablename from pg_catalog.pg_policies
 where policyname = 'everyone' or (policyname = 'context_sees_own' and qual = 'true')
 union all
select 'users to public' where pg_catalog.has_table_privilege('app_monitor', 'public.users', 'select')
 union all
select 'all_sites()' where pg_catalog.has_function_privilege('app_user', 'public.all_sites()', 'execute')
`;

/** SQL that drops the column again, so that nothing is left to decide. */
export const decided = "alter table public.users drop column nickname";
