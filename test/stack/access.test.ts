import { readFile } from "node:fs/promises";

import { beforeAll, expect, test } from "vitest";

import { tenancy } from "../../database/tenancy";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { migratedTables } from "@hosterizer/postgres/rowLevelSecurity/migratedTables";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { shippedMigrations } from "../shippedMigrations";
import { sharedProject } from "./sharedStack";

const tenantTables = tenancy.tables.map(({ table }) => table).sort();

/** The tables that the migrations create. */
let tables: string[];
let superuser: Connection;

beforeAll(async () => {
  const files = shippedMigrations.map((name) => readFile(`migrations/${name}.up.sql`, "utf8"));
  const migrated = await migratedTables(await Promise.all(files));
  tables = [...migrated.tables.keys()].map((name) => name.replace(/^public\./, ""));
  superuser = await (await sharedProject()).connection();
});

const ask = <T extends object>(sql: string) => rowsOf<T>(superuser, sql);

/** The privileges of a role on each table, out of all that PostgreSQL has. */
async function tablePrivileges(role: string): Promise<Record<string, string[]>> {
  const rows = await ask<{ table: string; privileges: string[] }>(
    `select c.relname as table, array_agg(p order by p) filter (
              where has_table_privilege('${role}', c.oid, p)) as privileges
       from pg_class as c
       cross join unnest('{DELETE,INSERT,REFERENCES,SELECT,TRIGGER,TRUNCATE,UPDATE}'::text[]) as p
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      group by c.relname`,
  );
  return Object.fromEntries(rows.map(({ table, privileges }) => [table, privileges]));
}

const onAll = (privileges: string[] | null) =>
  Object.fromEntries(tables.map((table) => [table, privileges]));

test("eight roles exist besides the superuser, and none has an attribute that bypasses policies", async () => {
  const roles = await ask(
    `select rolname as name, rolcanlogin as login, rolinherit as inherit
       from pg_roles
      where rolname !~ '^pg_' and rolname <> 'postgres'
        and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
      order by rolname`,
  );

  expect(roles).toEqual([
    { name: "app_backup", login: true, inherit: true },
    { name: "app_monitor", login: true, inherit: true },
    { name: "app_pooler", login: true, inherit: true },
    { name: "app_readonly", login: true, inherit: true },
    { name: "app_user", login: true, inherit: true },
    { name: "hosterizer_authenticator", login: false, inherit: true },
    { name: "hosterizer_migrator", login: true, inherit: false },
    { name: "hosterizer_owner", login: false, inherit: true },
  ]);
  const [all] = await ask("select count(*)::int from pg_roles where rolname !~ '^pg_'");
  expect(all).toEqual({ count: 9 });
});

test("two memberships exist, and neither has the admin option", async () => {
  const memberships = await ask(
    `select roleid::regrole::text as "group", member::regrole::text, admin_option as admin
       from pg_auth_members
      where member::regrole::text !~ '^pg_'
      order by 1`,
  );

  expect(memberships).toEqual([
    { group: "hosterizer_owner", member: "hosterizer_migrator", admin: false },
    { group: "pg_monitor", member: "app_monitor", admin: false },
  ]);
});

test("the server stores a SCRAM verifier for exactly the roles that log in with a password", async () => {
  const passwords = await ask(
    `select rolname as name, rolpassword ~ '^SCRAM-SHA-256\\$4096:' as scram
       from pg_authid
      where rolname !~ '^pg_'
      order by rolname`,
  );

  expect(passwords).toEqual([
    { name: "app_backup", scram: true },
    { name: "app_monitor", scram: true },
    { name: "app_pooler", scram: null },
    { name: "app_readonly", scram: true },
    { name: "app_user", scram: true },
    { name: "hosterizer_authenticator", scram: null },
    { name: "hosterizer_migrator", scram: true },
    { name: "hosterizer_owner", scram: null },
    { name: "postgres", scram: true },
  ]);
});

test("PUBLIC cannot connect, create temporary tables or use schema public", async () => {
  const [{ database, schema } = { database: [], schema: [] }] = await ask<{
    database: string[];
    schema: string[];
  }>(
    `select (select json_agg(a) from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as a
              where datname = 'hosterizer' and grantee = 0) as database,
            (select json_agg(a) from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) as a
              where nspname in ('public', 'tenancy', 'hosterizer', 'monitoring', 'pooler') and grantee = 0) as schema`,
  );

  expect({ database, schema }).toEqual({ database: null, schema: null });
});

test("only the declared roles can connect, and none can create temporary tables", async () => {
  const [{ connect, temporary } = { connect: [], temporary: [] }] = await ask<{
    connect: string[];
    temporary: string[];
  }>(
    `select array_agg(rolname::text order by rolname)
              filter (where has_database_privilege(oid, 'hosterizer', 'CONNECT')) as connect,
            array_agg(rolname::text order by rolname)
              filter (where has_database_privilege(oid, 'hosterizer', 'TEMPORARY, CREATE')) as temporary
       from pg_roles
      where rolname !~ '^pg_' and not rolsuper and rolname <> 'hosterizer_owner'`,
  );

  expect(connect).toEqual([
    "app_backup",
    "app_monitor",
    "app_pooler",
    "app_readonly",
    "app_user",
    "hosterizer_migrator",
  ]);
  expect(temporary).toBeNull();
});

test("the application reads and writes all tenants' tables, and has no privilege that bypasses policies", async () => {
  expect(await tablePrivileges("app_user")).toEqual({
    ...onAll(["DELETE", "INSERT", "SELECT", "UPDATE"]),
    policies: ["SELECT"],
    users: null,
  });
});

test("app_readonly has SELECT on all tables but users, and no other privilege", async () => {
  expect(await tablePrivileges("app_readonly")).toEqual({ ...onAll(["SELECT"]), users: null });
});

test("app_backup has SELECT on all tables, and no other privilege", async () => {
  expect(await tablePrivileges("app_backup")).toEqual(onAll(["SELECT"]));
});

test("on users, only the application reads credentials, and no role changes them or appoints administrators", async () => {
  const rows = await ask<{ role: string; privilege: string; withheld: string[] | null }>(
    `select r.rolname as role, p as privilege,
            array_agg(a.attname::text order by a.attname)
              filter (where not has_column_privilege(r.oid, a.attrelid, a.attnum, p)) as withheld
       from pg_roles as r
      cross join unnest('{INSERT,SELECT,UPDATE}'::text[]) as p
       join pg_attribute as a on a.attrelid = 'public.users'::regclass and a.attnum > 0 and not a.attisdropped
      where r.rolname !~ '^(pg_|hosterizer_)' and not r.rolsuper
        and has_any_column_privilege(r.oid, a.attrelid, p)
      group by r.rolname, p
      order by 1, 2`,
  );

  expect(rows).toEqual([
    { role: "app_backup", privilege: "SELECT", withheld: null },
    { role: "app_readonly", privilege: "SELECT", withheld: ["mfa_secret", "password_hash"] },
    { role: "app_user", privilege: "INSERT", withheld: ["role"] },
    { role: "app_user", privilege: "SELECT", withheld: null },
    {
      ...{ role: "app_user", privilege: "UPDATE" },
      withheld: [
        ...["created_at", "email", "id", "mfa_enabled", "mfa_secret", "password_hash", "role"],
        "updated_at",
      ],
    },
  ]);
});

test("app_monitor reads the statistics, but no table", async () => {
  const connection = await (await sharedProject()).connection("app_monitor");

  expect(await tablePrivileges("app_monitor")).toEqual(onAll(null));
  const statements = await rowsOf<object>(
    connection,
    "select from monitoring.pg_stat_statements where query is not null limit 1",
  );
  expect(statements).toHaveLength(1);
});

test("the pooler can call one function, and read no table", async () => {
  expect(await tablePrivileges("app_pooler")).toEqual(onAll(null));
  const executable = await ask(
    `select p.oid::regprocedure::text as function, p.proowner::regrole::text as owner
       from pg_proc as p
       join pg_namespace as n on n.oid = p.pronamespace
      where has_schema_privilege('app_pooler', n.oid, 'usage')
        and has_function_privilege('app_pooler', p.oid, 'execute')
        and n.nspname not in ('pg_catalog', 'information_schema')`,
  );

  expect(executable).toEqual([
    { function: "pooler.user_lookup(name)", owner: "hosterizer_authenticator" },
  ]);
});

test("the pooler's lookup function returns only roles that may log in through the pooler", async () => {
  const roles = await ask<{ name: string }>(
    `select r.rolname as name
       from pg_roles as r
      cross join lateral pooler.user_lookup(r.rolname) as l
      order by r.rolname`,
  );

  expect(roles.map(({ name }) => name)).toEqual([
    "app_backup",
    "app_monitor",
    "app_readonly",
    "app_user",
  ]);
});

test.each(["app_user", "app_readonly"])(
  "%s cannot read the statements of other sessions",
  async (role) => {
    const connection = await (await sharedProject()).connection(role);
    const statistics = rowsOf(connection, "select from monitoring.pg_stat_statements");

    await expect(statistics).rejects.toMatchObject({ code: "42501" });
  },
);

test("each extension is in its declared schema", async () => {
  const extensions = await ask(
    `select extname as name, extnamespace::regnamespace::text as schema
       from pg_extension
      where extname <> 'plpgsql'
      order by extname`,
  );

  expect(extensions).toEqual([
    { name: "pg_stat_statements", schema: "monitoring" },
    { name: "pgcrypto", schema: "public" },
    { name: "uuid-ossp", schema: "public" },
  ]);
});

test("the owner owns the database and everything in it except what extensions create", async () => {
  const owners = await ask(
    `select distinct owner::regrole::text
       from (select datdba from pg_database where datname = 'hosterizer'
              union all
             select nspowner from pg_namespace where nspname in ('tenancy', 'hosterizer', 'monitoring', 'pooler')
              union all
             select relowner from pg_class as c
              where relnamespace::regnamespace::text in ('public', 'tenancy', 'hosterizer', 'monitoring', 'pooler')
                and not exists (select from pg_depend where objid = c.oid and deptype = 'e')
              union all
             select proowner from pg_proc as p
              where pronamespace::regnamespace::text in ('public', 'tenancy', 'hosterizer', 'monitoring', 'pooler')
                and p.proname <> 'user_lookup'
                and not exists (select from pg_depend where objid = p.oid and deptype = 'e')) as o (owner)`,
  );

  expect(owners).toEqual([{ owner: "hosterizer_owner" }]);
});

test("row-level security is enabled and forced on all tenant tables", async () => {
  const secured = await ask<{ table: string }>(
    `select relname as table
       from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r'
        and relrowsecurity and relforcerowsecurity
      order by relname`,
  );

  expect(secured.map(({ table }) => table)).toEqual(tenantTables);
});

test("the database uses UTF8 and locale C, and the server listens on the loopback address only", async () => {
  const [database] = await ask(
    `select pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype,
            current_setting('listen_addresses') as address, current_setting('data_checksums') as checksums
       from pg_database
      where datname = 'hosterizer'`,
  );

  expect(database).toEqual({
    encoding: "UTF8",
    collate: "C",
    ctype: "C",
    address: "127.0.0.1",
    checksums: "on",
  });
});
