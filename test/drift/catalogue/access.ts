import type { DriftCase } from "../driftCase";

/** What somebody may do, owns or is a member of without a declaration, on what `up` owns. */
const taken: readonly DriftCase[] = [
  {
    kind: "database privilege",
    what: "a role may make temporary tables",
    break: "grant temporary on database hosterizer to app_user",
    says: "database hosterizer: found TEMPORARY to app_user, expected no TEMPORARY to app_user",
    up: "repairs",
  },
  {
    kind: "database privilege",
    what: "everyone may connect",
    break: "grant connect on database hosterizer to public",
    says: "database hosterizer: found CONNECT to PUBLIC",
    up: "repairs",
  },
  {
    kind: "schema privilege",
    what: "a role may create objects in a schema",
    break: "grant create on schema public to app_user",
    says: "schema public: found CREATE to app_user, expected no CREATE to app_user",
    up: "repairs",
  },
  {
    kind: "table privilege",
    what: "a reading role may write",
    break: "grant insert, update on public.users to app_readonly",
    says: "table public.users: found INSERT, UPDATE to app_readonly",
    up: "repairs",
  },
  {
    kind: "table privilege",
    what: "everyone may read a table",
    break: "grant select on public.customers to public",
    says: "table public.customers: found SELECT to PUBLIC",
    up: "repairs",
  },
  {
    kind: "table privilege",
    what: "the application may empty a table, which policies do not hinder",
    break: "grant truncate on public.sites to app_user",
    says: "table public.sites: found TRUNCATE to app_user",
    up: "repairs",
  },
  {
    kind: "column privilege",
    what: "a role may write one column",
    break: "grant update (email) on public.users to app_backup",
    says: "column public.users.email: found UPDATE to app_backup",
    up: "repairs",
  },
  {
    kind: "sequence privilege",
    what: "a role may set a sequence",
    break: "grant update on sequence public.users_id_seq to app_user",
    says: "sequence public.users_id_seq: found UPDATE to app_user",
    up: "repairs",
  },
  {
    kind: "function privilege",
    what: "a function is granted to a role",
    break: "grant execute on function public.update_updated_at_column() to app_readonly",
    says: "function public.update_updated_at_column(): found EXECUTE to app_readonly",
    up: "repairs",
  },
  {
    kind: "type privilege",
    what: "a type is granted to a role",
    break: "grant usage on type public.users to app_readonly",
    says: "type public.users: found USAGE to app_readonly",
    up: "repairs",
  },
  {
    kind: "language privilege",
    what: "a language is granted to a role",
    break: "grant usage on language plpgsql to app_readonly",
    says: "language plpgsql: found USAGE to app_readonly",
    up: "repairs",
  },
  {
    kind: "foreign data wrapper privilege",
    what: "a role may use a foreign data wrapper",
    break:
      "create foreign data wrapper files; grant usage on foreign data wrapper files to app_user",
    says: "foreign data wrapper files: found USAGE to app_user",
    up: "repairs",
    note: "The wrapper stays; nobody of ours can use it.",
  },
  {
    kind: "foreign server privilege",
    what: "a role may use a foreign server",
    break: `create foreign data wrapper other;
              create server other foreign data wrapper other;
              grant usage on foreign server other to app_user`,
    says: "foreign server other: found USAGE to app_user",
    up: "repairs",
    note: "The server stays; nobody of ours can use it.",
  },
  {
    kind: "tablespace privilege",
    what: "a role may put tables into a tablespace",
    break: "grant create on tablespace pg_default to app_user",
    says: "tablespace pg_default: found CREATE to app_user",
    up: "repairs",
  },
  {
    kind: "parameter privilege",
    what: "a role may set a parameter that superusers alone set",
    break: "grant set on parameter session_replication_role to app_user",
    says: "parameter session_replication_role: found SET to app_user",
    up: "repairs",
    note: "With it, triggers and foreign keys could be switched off.",
  },
  {
    kind: "large object privilege",
    what: "everyone may read a large object",
    break: `select pg_catalog.lo_create(4711);
              alter large object 4711 owner to hosterizer_owner;
              grant select on large object 4711 to public`,
    says: "large object 4711: found SELECT to PUBLIC",
    up: "repairs",
  },
  {
    kind: "system privilege",
    what: "a role may read the passwords' verifiers",
    break: "grant select on pg_catalog.pg_authid to app_readonly",
    says: "table pg_catalog.pg_authid: found SELECT to app_readonly",
    up: "repairs",
    note: "Takes a superuser: where `up` deploys as another role, it is left.",
  },
  {
    kind: "system privilege",
    what: "a role may read the server's files",
    break: "grant execute on function pg_catalog.pg_read_file(text) to app_user",
    says: "function pg_catalog.pg_read_file(text): found EXECUTE to app_user",
    up: "repairs",
    note: "Takes a superuser: where `up` deploys as another role, it is left.",
  },
  {
    kind: "grant option",
    what: "a role may grant on what it may do",
    break: "grant select on public.cost_records to app_backup with grant option",
    says: "table public.cost_records: found SELECT to app_backup WITH GRANT OPTION, expected SELECT to app_backup",
    up: "repairs",
    note: "What it granted to others goes with it.",
  },
  {
    kind: "default privilege",
    what: "a role may empty tables made later",
    break: `alter default privileges for role hosterizer_owner in schema public
              grant truncate on tables to app_user`,
    says: "default privileges of hosterizer_owner on tables in schema public: found TRUNCATE to app_user",
    up: "repairs",
  },
  {
    kind: "default grant option",
    what: "a role may grant on what it may do with sequences made later",
    break: `alter default privileges for role hosterizer_owner in schema public
              grant select on sequences to app_backup with grant option`,
    says: "on sequences in schema public: found SELECT to app_backup WITH GRANT OPTION",
    up: "repairs",
  },
  {
    kind: "privilege missing",
    what: "a declared privilege is revoked on a view, where the official plugin does not look",
    break: `create view hosterizer.newest with (security_invoker = true) as
                select pg_catalog.max(id) as id from public.users;
              alter view hosterizer.newest owner to hosterizer_owner`,
    says: "view hosterizer.newest: found no SELECT to app_backup, expected SELECT to app_backup",
    up: "repairs",
  },
  {
    kind: "membership in a role of ours",
    what: "a role is made a member of the application's",
    break: "grant app_user to app_readonly",
    says: "role app_readonly: found member of app_user, expected no member of app_user",
    up: "repairs",
  },
  {
    kind: "membership of a role of ours",
    what: "a role may read all tables",
    break: "grant pg_read_all_data to app_readonly",
    says: "role app_readonly: found member of pg_read_all_data, expected no member of pg_read_all_data",
    up: "repairs",
  },
  {
    kind: "admin option",
    what: "the migrator may make others members of the owner",
    break: "grant hosterizer_owner to hosterizer_migrator with admin option",
    says: "role hosterizer_migrator: found member of hosterizer_owner WITH ADMIN OPTION",
    up: "repairs",
  },
  {
    kind: "role SUPERUSER",
    what: "a role is made a superuser",
    break: "alter role app_monitor superuser",
    says: "role app_monitor: found SUPERUSER, expected NOSUPERUSER",
    up: "repairs",
  },
  {
    kind: "role BYPASSRLS",
    what: "a role passes row-level security",
    break: "alter role app_readonly bypassrls",
    says: "role app_readonly: found BYPASSRLS, expected NOBYPASSRLS",
    up: "repairs",
  },
  {
    kind: "role REPLICATION",
    what: "a role may copy the server",
    break: "alter role app_backup replication",
    says: "role app_backup: found REPLICATION, expected NOREPLICATION",
    up: "repairs",
  },
  {
    kind: "role CREATEROLE",
    what: "the application may create and change roles",
    break: "alter role app_user createrole",
    says: "role app_user: found CREATEROLE, expected NOCREATEROLE",
    up: "repairs",
  },
  {
    kind: "role CREATEDB",
    what: "a role may create databases",
    break: "alter role app_backup createdb",
    says: "role app_backup: found CREATEDB, expected NOCREATEDB",
    up: "repairs",
  },
  {
    kind: "role LOGIN",
    what: "the owner may log in",
    break: "alter role hosterizer_owner login",
    says: "role hosterizer_owner: found LOGIN, expected NOLOGIN",
    up: "repairs",
  },
  {
    kind: "role INHERIT",
    what: "the migrator has the owner's rights without asking for them",
    break: "alter role hosterizer_migrator inherit",
    says: "role hosterizer_migrator: found INHERIT, expected NOINHERIT",
    up: "repairs",
  },
  {
    kind: "role CONNECTION LIMIT",
    what: "a role can't connect any more",
    break: "alter role app_readonly connection limit 0",
    says: "role app_readonly: found CONNECTION LIMIT 0, expected CONNECTION LIMIT -1",
    up: "repairs",
  },
  {
    kind: "role VALID UNTIL",
    what: "a password expires",
    break: "alter role app_monitor valid until '2001-01-01 00:00:00+00'",
    says: /^role app_monitor: found VALID UNTIL '2001-01-01.*', expected VALID UNTIL 'infinity'/,
    up: "repairs",
  },
  {
    kind: "role password",
    what: "a password is removed",
    break: "alter role app_readonly password null",
    says: "role app_readonly: found no password, expected a SCRAM-SHA-256 password",
    up: "repairs",
    note: "The role gets the password that it had. Superusers alone see what is kept of it.",
  },
  {
    kind: "role password",
    what: "a password is kept as md5, which can be replayed",
    break: "alter role app_user password 'md5c0ffee0000000000000000000000cafe'",
    says: "role app_user: found an md5 password, expected a SCRAM-SHA-256 password",
    up: "repairs",
    note: "The role gets the password that it had.",
  },
  {
    kind: "role password",
    what: "a role that logs in by certificate alone gets a password",
    break: "alter role app_pooler password 'let me in'",
    says: "role app_pooler: found a SCRAM-SHA-256 password, expected no password",
    up: "repairs",
    note: "The password is removed.",
  },
  {
    kind: "owner",
    what: "a table belongs to somebody else",
    break: "alter table public.policies owner to postgres",
    says: "table public.policies: found owner postgres, expected owner hosterizer_owner",
    up: "repairs",
  },
  {
    kind: "owner",
    what: "a function belongs to somebody else",
    break: "alter function public.update_updated_at_column() owner to postgres",
    says: "function public.update_updated_at_column(): found owner postgres",
    up: "repairs",
  },
  {
    kind: "function search_path",
    what: "a function runs as its owner with whatever search_path its caller has",
    break: `create function hosterizer.everyone() returns bigint language sql security definer
                as 'select count(*) from public.users';
              alter function hosterizer.everyone() owner to hosterizer_owner`,
    says: "function hosterizer.everyone(): found SECURITY DEFINER with no search_path",
    up: "repairs",
    note: "It gets `pg_catalog`, its own schema and `pg_temp`: what it uses by bare name is still found.",
  },
  {
    kind: "view without security_invoker",
    what: "a view over a tenant table shows what its owner sees",
    break: `create view hosterizer.site_numbers as select id from public.sites;
              alter view hosterizer.site_numbers owner to hosterizer_owner`,
    says: "view hosterizer.site_numbers: found rows of public.sites as hosterizer_owner sees them, expected security_invoker",
    up: "repairs",
    note: "Views over such views count too.",
  },
  {
    kind: "object in the program's schema",
    what: "a function stands beside those that policies call",
    break: `create function tenancy.current_customer_id(text) returns bigint language sql
                as 'select 1::bigint';
              alter function tenancy.current_customer_id(text) owner to hosterizer_owner;
              revoke execute on function tenancy.current_customer_id(text) from public`,
    says: "function tenancy.current_customer_id(pg_catalog.text) is not declared, found function that the program did not make",
    up: "repairs",
    note: "Views, indexes, constraints and triggers there are dropped too: they hold no rows.",
  },
];

const others = "create schema if not exists others";

/** What belongs to others and reaches into ours, and what holds rows. */
const left: readonly DriftCase[] = [
  {
    kind: "privilege on what others own",
    what: "somebody else's table is granted to a role of ours",
    break: `${others}; create table others.notes (note text); grant insert on others.notes to app_user`,
    says: "table others.notes: found INSERT to app_user",
    up: "leaves",
    undo: "drop table others.notes",
  },
  {
    kind: "materialized view of tenants",
    what: "a materialized view keeps rows of tenants",
    break: `create materialized view hosterizer.numbers as select id from public.sites;
              alter materialized view hosterizer.numbers owner to hosterizer_owner;
              grant select on hosterizer.numbers to app_backup`,
    says: "materialized view hosterizer.numbers is not declared, found rows of public.sites",
    up: "leaves",
    undo: "drop materialized view hosterizer.numbers",
    note: "Row-level security does not reach it, and dropping it is somebody's decision.",
  },
  {
    kind: "object in the program's schema",
    what: "a table stands beside the migrations' ledger",
    break: "set role hosterizer_owner; create table hosterizer.jottings (jotting text); reset role",
    says: "table hosterizer.jottings is not declared, found table that the program did not make",
    up: "leaves",
    undo: "drop table hosterizer.jottings",
    note: "Drop it, or move it to another schema and declare it by a migration.",
  },
  {
    kind: "view that others own",
    what: "somebody else's view shows rows of tenants",
    break: `${others}; create view others.sites as select id from public.sites`,
    says: "view others.sites is not declared, found rows of public.sites as postgres sees them",
    up: "leaves",
    undo: "drop view others.sites",
  },
  {
    kind: "foreign key of others",
    what: "somebody else's table refers to one of ours",
    break: `${others}; create table others.visits (visitor bigint references public.users)`,
    says: "foreign key visits_visitor_fkey on others.visits is not declared, found a reference to public.users",
    up: "leaves",
    undo: "drop table others.visits",
    note: "A reference to a tenant table makes the table one that has to be declared, and `up` refuses.",
  },
  {
    kind: "publication",
    what: "rows of tenants are published to other servers",
    break: "create publication everything for table public.sites, public.customers",
    says: "publication everything is not declared, found changes of public.customers, public.sites",
    up: "leaves",
    undo: "drop publication everything",
  },
  {
    kind: "subscription",
    what: "another server writes into the database",
    break:
      "create subscription copies connection 'host=nowhere' publication theirs with (connect = false)",
    says: "subscription copies is not declared, found subscription of theirs",
    up: "leaves",
    undo: "alter subscription copies set (slot_name = none); drop subscription copies",
  },
  {
    kind: "login past row-level security",
    what: "somebody who may log in passes row-level security",
    break: "create role analyst login bypassrls",
    says: "role analyst is not declared, found LOGIN BYPASSRLS",
    up: "leaves",
    undo: "drop role analyst",
    note: "The server's first superuser, the role that deploys, and the operator's roles of managed servers are known.",
  },
];

/** What nobody declared that somebody may do, owns or reaches. */
export const access: readonly DriftCase[] = [...taken, ...left];
