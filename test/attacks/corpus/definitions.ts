import type { Attack } from "../attack";

const refused = { refusal: "42501" } as const;

/** Changing the database's definition, or shadowing it. */
export const definitions: readonly Attack[] = [
  {
    aim: "row-level security of a table",
    sql: "alter table public.sites disable row level security",
    gets: refused,
  },
  {
    aim: "the binding of its owner",
    sql: "alter table public.sites no force row level security",
    gets: refused,
  },
  { aim: "a policy dropped", sql: "drop policy backup_reads_all on public.sites", gets: refused },
  {
    aim: "a policy opened",
    sql: "alter policy context_sees_own on public.sites using (true)",
    gets: refused,
  },
  {
    aim: "a policy beside it",
    sql: "create policy open on public.sites using (true)",
    gets: refused,
  },
  { aim: "ownership of a table", sql: "alter table public.sites owner to app_user", gets: refused },
  {
    aim: "a column's default",
    sql: "alter table public.sites alter customer_id set default 424242",
    gets: refused,
  },
  { aim: "a table dropped", sql: "drop table public.sites", gets: refused },
  { aim: "a table emptied", sql: "truncate public.sites", gets: refused },
  {
    aim: "a trigger on everybody's rows",
    sql: "create trigger evil before insert on public.sites execute function suppress_redundant_updates_trigger()",
    gets: refused,
  },
  {
    aim: "a rule on everybody's rows",
    sql: "create rule evil as on insert to public.sites do also nothing",
    gets: refused,
  },
  {
    aim: "the triggers switched off",
    sql: "alter table public.sites disable trigger all",
    gets: refused,
  },
  {
    aim: "replication's mode, in which triggers do not fire",
    sql: "set session_replication_role = replica",
    gets: refused,
  },
  {
    aim: "the tenant's function replaced",
    sql: "create or replace function tenancy.lowest_customer_id() returns bigint language sql as 'select 0::bigint'",
    gets: refused,
  },
  {
    aim: "the tenant's function dropped",
    sql: "drop function tenancy.lowest_customer_id()",
    gets: refused,
  },
  {
    aim: "a function of its own in public",
    sql: "create function public.evil(text) returns boolean language plpgsql as 'begin raise notice ''%'', $1; return true; end'",
    gets: refused,
  },
  {
    aim: "an operator of its own",
    sql: "create operator public.=== (function = int4eq, leftarg = integer, rightarg = integer)",
    gets: refused,
  },
  { aim: "a schema of its own", sql: "create schema evil", gets: refused },
  { aim: "a table in public", sql: "create table public.evil (id integer)", gets: refused },
  {
    aim: "a view over everybody's rows",
    sql: "create view public.evil as select * from public.sites",
    gets: refused,
  },
  {
    aim: "a temporary table that shadows ours",
    sql: "create temporary table sites (id integer)",
    gets: refused,
  },
  {
    aim: "a temporary view that shadows ours",
    sql: "create temporary view sites as select 1",
    gets: refused,
  },
  {
    aim: "a temporary function",
    sql: "create function pg_temp.evil() returns integer language sql as 'select 1'",
    gets: refused,
  },
  {
    aim: "another search path",
    sql: "set local search_path = pg_temp, public; select * from sites",
    gets: "own",
  },
  { aim: "an extension", sql: "create extension dblink", gets: refused },
  { aim: "an untrusted language", sql: "create language plperlu", gets: refused },
  {
    aim: "an event trigger",
    sql: "create event trigger evil on ddl_command_start execute function evil()",
    gets: refused,
  },
  {
    aim: "a publication of everybody's rows",
    sql: "create publication evil for table public.sites",
    gets: refused,
  },
  {
    aim: "privileges on a table",
    sql: "grant select on hosterizer.schema_migrations to app_user",
    gets: refused,
  },
  {
    aim: "statistics over everybody's rows",
    sql: "create statistics public.evil on customer_id, name from public.sites",
    gets: refused,
  },
  { aim: "a comment on a table", sql: "comment on table public.sites is 'x'", gets: refused },
  {
    aim: "the server's configuration",
    sql: "alter system set row_security = off",
    transaction: false,
    gets: refused,
  },
  {
    aim: "the database's configuration",
    sql: "alter database hosterizer set app.current_user_role = 'administrator'",
    gets: refused,
  },
];
