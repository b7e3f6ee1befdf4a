import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;
const noFunction = { refusal: "42883" } as const;

/**
 * What a careless or hostile migrator leaves for the application: each `planted` runs as the owner, all of them before the same
 * update.
 */
export const planted: readonly Attack[] = [
  {
    aim: "a function that runs as the owner, with an administrator's context",
    planted: `create function public.all_sites() returns setof public.sites language plpgsql security definer as
      $$ begin
        perform set_config('app.current_user_role', 'administrator', true);
        return query select * from public.sites;
      end $$`,
    sql: "select * from public.all_sites()",
    gets: noFunction,
  },
  {
    aim: "a view with its owner's rights",
    planted: `create view public.every_site as
        select s.* from (select set_config('app.current_user_role', 'administrator', true) offset 0) as c, public.sites as s;
      grant select on public.every_site to public`,
    sql: "select * from public.every_site",
    gets: { refusal: "42P01" },
  },
  {
    aim: "a policy that shows everything",
    planted: "create policy planted on public.sites using (true)",
    sql: "select * from public.sites",
    gets: "own",
  },
  {
    aim: "a policy for its own role",
    planted: "create policy planted on public.cost_records to app_user using (true)",
    sql: "select * from public.cost_records",
    gets: "own",
  },
  {
    aim: "a role test that anyone passes",
    planted: `create or replace function tenancy.acts_as(roles name[]) returns boolean
      language sql immutable parallel safe as 'select true'`,
    sql: "select * from public.deployments",
    gets: "own",
  },
  {
    aim: "an upper bound of everyone's",
    planted: `create or replace function tenancy.highest_customer_id() returns bigint
      language sql stable parallel safe as 'select 9223372036854775807'`,
    sql: "select * from public.customers",
    gets: "own",
  },
  {
    aim: "a table without row-level security",
    planted: "alter table public.ecommerce_integrations disable row level security",
    sql: "select * from public.ecommerce_integrations",
    gets: "own",
  },
  {
    aim: "temporary objects, granted to everyone",
    planted: "grant temporary on database hosterizer to public",
    sql: "create temporary table sites (id integer)",
    gets: refused,
  },
  {
    aim: "a schema to create in",
    planted: "grant create on schema public to app_user",
    sql: "create table public.kept (id integer)",
    gets: refused,
  },
  {
    aim: "the ledger, granted to everyone",
    planted:
      "grant usage on schema hosterizer to public; grant select on hosterizer.schema_migrations to public",
    sql: "select * from hosterizer.schema_migrations",
    gets: refused,
  },
  {
    aim: "TRUNCATE, which no policy binds",
    planted: "grant truncate on public.cost_records to app_user",
    sql: "truncate public.cost_records",
    gets: refused,
  },
  {
    aim: "a trigger that writes everyone's rows into notices",
    planted: `create function public.tell() returns trigger language plpgsql security definer as
        $$ begin
          perform set_config('app.current_user_role', 'administrator', true);
          raise notice '%', (select string_agg(name, ',') from public.sites);
          return new;
        end $$;
      create trigger planted before update on public.customers for each row execute function public.tell()`,
    sql: "update public.customers set name = name",
    gets: "own",
  },
];
