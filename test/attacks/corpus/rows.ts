import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;
const taken = {
  open: "a unique key reveals that a value is taken, but not by whom: keys contain generated ids",
  code: "23505",
} as const;
const site = "(customer_id, name, domain, cloud_provider, region)";
const statistics = "from pg_stats where schemaname = 'public' and tablename = 'sites'";

/** Other tenants' rows, by the way to reach them. */
export const rows: readonly Attack[] = [
  { aim: "all rows", sql: "select * from public.sites where true or name = ''", gets: "own" },
  {
    aim: "rows of a union",
    sql: "select name from public.sites where false union all select name from public.customers",
    gets: "own",
  },
  {
    aim: "another's rows by their id",
    sql: "select * from public.sites where customer_id = 424242",
    gets: "own",
  },
  {
    aim: "another's rows through a join",
    sql: "select s.* from public.customers as c join public.sites as s on s.customer_id <> c.id",
    gets: "own",
  },
  {
    aim: "another's rows as XML",
    sql: "select query_to_xml('select * from public.sites', true, true, '')",
    gets: "own",
  },
  {
    aim: "a whole schema as XML",
    sql: "select schema_to_xml('public', true, true, '') from public.sites limit 0",
    gets: "own",
  },
  {
    aim: "another's rows in a DO block",
    sql: "do $$ declare r record; begin for r in select * from public.sites loop raise notice '%', r; end loop; end $$",
    gets: "own",
  },
  {
    aim: "another's rows through a cursor",
    sql: "declare c cursor for select * from public.sites; fetch all from c",
    gets: "own",
  },
  {
    aim: "another's rows from a prepared statement",
    sql: "prepare p as select * from public.sites; execute p; deallocate p",
    gets: "own",
  },
  {
    aim: "another's rows by COPY",
    sql: "copy (select * from public.sites) to stdout",
    gets: "own",
  },
  {
    aim: "a value in an error, by a cast",
    sql: "select count(*) from public.sites where name::integer = 1 and customer_id = 424242",
    gets: "own",
  },
  {
    aim: "a value in an error, by a division",
    sql: "select 1 / (case when name like 'umbra%' then 0 else 1 end) from public.sites where customer_id = 424242",
    gets: "own",
  },
  {
    aim: "a value in a notice, by a function that is not leakproof",
    sql: "select * from public.sites where pg_catalog.xmlcomment(name) is not null",
    gets: "own",
  },
  { aim: "rows held for update", sql: "select * from public.sites for update", gets: "own" },
  {
    aim: "rows that were updated",
    sql: "update public.sites set name = name returning *",
    gets: "own",
  },
  {
    aim: "rows that were deleted",
    sql: "delete from public.cost_records returning *",
    gets: "own",
  },
  {
    aim: "rows changed through a join",
    sql: "update public.sites as s set name = 'x' from public.customers as c where s.customer_id <> c.id returning s.*",
    gets: "own",
  },
  {
    aim: "a row given to another",
    sql: "update public.sites set customer_id = 424242",
    gets: refused,
  },
  {
    aim: "a row made for another",
    sql: `insert into public.sites ${site} values (424242, 'x', 'x.example.com', 'aws', 'eu')`,
    gets: refused,
  },
  {
    aim: "rows made for another by COPY",
    sql: `copy public.sites ${site} from stdin`,
    gets: { refusal: "0A000" },
  },
  {
    aim: "another's row by a conflict of its key",
    sql: `insert into public.sites (id, customer_id, name, domain, cloud_provider, region) overriding system value values (434343, 1, 'x', 'x.example.com', 'aws', 'eu') on conflict (id) do update set name = 'taken' returning *`,
    gets: refused,
  },
  {
    aim: "a row of one's own that points to another's site",
    sql: "insert into public.deployments (customer_id, site_id) values (1, 434343)",
    gets: { refusal: "23503" },
  },
  {
    aim: "whether another has a site of this id, by a duplicate key",
    sql: `insert into public.sites (id, customer_id, name, domain, cloud_provider, region) overriding system value values (434343, 1, 'x', 'x.example.com', 'aws', 'eu')`,
    gets: taken,
  },
  {
    aim: "whether another's site has costs of this day, by a duplicate key",
    sql: "insert into public.cost_records (customer_id, site_id, cost_date, amount, currency) values (1, 434343, '2026-01-01', 1, 'EUR')",
    gets: taken,
  },
  {
    aim: "whether another has a site of this domain, by adding one",
    sql: `insert into public.sites ${site} values (1, 'x', 'umbra.example.com', 'aws', 'eu')`,
    gets: "own",
  },
  {
    aim: "another's values in the planner's statistics",
    sql: `select most_common_vals, histogram_bounds ${statistics}`,
    gets: "own",
  },
  {
    aim: "another's values in the statistics' own table",
    sql: "select * from pg_statistic",
    gets: refused,
  },
  {
    aim: "another's values in extended statistics",
    sql: "select * from pg_stats_ext where schemaname = 'public'",
    gets: "own",
  },
  {
    aim: "how many rows another has, by the planner's estimate",
    sql: "explain select * from public.sites where customer_id = 424242",
    gets: { open: "EXPLAIN estimates from statistics over all tenants' rows", shows: true },
  },
  {
    aim: "how many rows another has, by a plan that runs",
    sql: "explain (analyze, costs off, timing off, summary off) select * from public.sites where name like 'u%'",
    gets: "own",
  },
  {
    aim: "how many rows all tenants have, by the tables' counters",
    sql: "select n_live_tup from pg_stat_user_tables where relname = 'sites'",
    gets: { open: "every role may read the counters of whole tables" },
  },
  {
    aim: "how far a sequence is",
    sql: "select last_value from public.sites_id_seq",
    gets: refused,
  },
  { aim: "a sequence set back", sql: "select setval('public.sites_id_seq', 1)", gets: refused },
  {
    aim: "rows past the policies by their position",
    sql: "select * from public.sites where ctid = '(0,2)'",
    gets: "own",
  },
  {
    aim: "rows by a sample",
    sql: "select * from public.sites tablesample system (100)",
    gets: "own",
  },
  {
    aim: "all users",
    sql: "select email, password_hash from public.users",
    gets: {
      open: "users belong to no tenant, and the login reads the hash: give signing in a role of its own",
      shows: true,
    },
  },
];
