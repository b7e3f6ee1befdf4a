import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { lockDown, readOpenings } from "../../../src/audit/lockdown";
import { migrate } from "../../../src/migrations/migrate";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import type { TenantTable } from "../../../src/rowLevelSecurity/tenancy";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { createDeclaredDatabase } from "../convergence/declaredDatabase";
import { asRole, customer } from "../rowLevelSecurity/asRole";
import { rowsOf } from "../testDatabase";

const customerTables = `
create table public.customers (id bigint primary key, name text not null);
create table public.sites (
  id bigint primary key, customer_id bigint not null references public.customers, domain text not null
);
create index sites_customer_idx on public.sites (customer_id);
create table public.regions (code text primary key);
create function public.greeting() returns text language sql security definer
  set search_path = pg_catalog, public, pg_temp as $$ select 'hello' $$;
insert into public.customers values (1, 'Acme'), (2, 'Globex');
insert into public.sites values (1, 1, 'acme.example'), (2, 2, 'globex.example');
insert into public.regions values ('eu');
`;
const tenantTables: TenantTable[] = [
  { schema: "public", table: "customers", column: "id" },
  { schema: "public", table: "sites", column: "customer_id" },
];

describe("what is open", () => {
  let directory: string;
  let database: Awaited<ReturnType<typeof createDeclaredDatabase>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "migrations-"));
    await write("000001_open_shop", customerTables);
    database = await createDeclaredDatabase(directory, 1, tenantTables);
    await database.keep();
  });
  beforeEach(() => database.reset());
  afterAll(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const write = async (name: string, sql: string) => {
    await writeFile(join(directory, `${name}.up.sql`), sql);
    await writeFile(join(directory, `${name}.down.sql`), "select 1;\n");
  };
  const asOwner = (sql: string) =>
    database.run(`set role ${database.expectation.owner}; ${sql}; reset role`);
  const options = (version = 1, tables = tenantTables) => {
    const { superuser, migrator, audit } = database;
    const tenancy = { ...audit.tenancy, tables };
    return { connection: superuser, migrator, audit: { ...audit, tenancy }, version };
  };
  const open = async (version = 1, tables = tenantTables) => {
    const found = await readOpenings(options(version, tables));
    // Ignores superusers that other tests create on the same server.
    const own = found.filter(({ kind }) => kind !== "login past row-level security");
    return own.map(renderDifference);
  };
  const close = async (version = 1, tables = tenantTables, lines: string[] = []) => {
    await lockDown(options(version, tables), (line) => lines.push(line));
    return lines;
  };
  const sites = () =>
    asRole(database.applicationLogin, customer(1), async (session) => {
      const { rows } = await session.query<{ domain: string }>(
        "select domain from public.sites order by id",
      );
      return rows.map(({ domain }) => domain);
    });
  const refusal = async () => {
    const { migrator, expectation } = database;
    const error: unknown = await restoreSchema({ connection: migrator, ...expectation }).catch(
      (thrown: unknown) => thrown,
    );
    return error instanceof Error ? error.message : "nothing was refused";
  };

  test("is empty in a database that up has just left, and in one that does not exist", async () => {
    expect(await open()).toEqual([]);
    expect(await close()).toEqual([]);
    const absent = { ...database.superuser, database: "no_such_database" };
    const migrator = { ...database.migrator, database: "no_such_database" };
    expect(await readOpenings({ ...options(), connection: absent, migrator })).toEqual([]);
    await lockDown({ ...options(), connection: absent, migrator });
  });

  test("is closed even if other changes are refused afterwards, and both are named", async () => {
    await asOwner(`alter table public.sites disable row level security, no force row level security;
      create policy everyone on public.customers using (true);
      alter policy context_sees_own on public.customers using (true);
      grant select on public.regions to public;
      create function public.all_sites() returns setof public.sites language sql security definer
        set search_path = pg_catalog, public, pg_temp as 'select * from public.sites';
      create or replace function public.greeting() returns text language sql security definer
        set search_path = pg_catalog, public, pg_temp as $$ select string_agg(name, ',') from public.customers $$;
      alter table public.regions add column name text default 'somewhere'`);
    expect(await sites()).toEqual(["acme.example", "globex.example"]);

    const closed = await close();
    expect(closed.map((line) => line.replace(/:.*/, ""))).toEqual([
      "closed table public.regions",
      "closed policy context_sees_own on public.customers",
      "closed policy everyone on public.customers is not declared, found PERMISSIVE FOR ALL TO public USING true",
      "closed table public.sites",
      "closed table public.sites",
    ]);
    const message = await refusal();
    expect(message).toContain("column public.regions.name is not declared");
    expect(message).toMatch(/Closed, because it was open:[^]*function public\.all_sites\(\)/);
    expect(message).toMatch(/Closed, because it was open:[^]*function public\.greeting\(\)/);

    expect(await open()).toEqual([]);
    expect(await sites()).toEqual(["acme.example"]);
    const call = asRole(database.applicationLogin, customer(1), (session) =>
      session.query("select * from public.all_sites()"),
    );
    await expect(call).rejects.toMatchObject({ code: "42501" }); // insufficient_privilege
    const greeted = await asRole(database.applicationLogin, customer(1), (session) =>
      session.query("select public.greeting()"),
    );
    expect(greeted.rows).toEqual([{ greeting: "hello" }]);
    const kept = await rowsOf(
      database.superuser,
      "select count(name)::int as n from public.regions",
    );
    expect(kept).toEqual([{ n: 1 }]);
  });

  test("is closed if the ledger is unreadable", async () => {
    await asOwner(`alter table public.sites disable row level security;
      alter table hosterizer.schema_migrations rename to kept;
      create view hosterizer.schema_migrations as select 1 / 0 as id, ''::text as name, now() as run_on`);
    await close(2);
    expect(await sites()).toEqual(["acme.example"]);
  });

  test("is closed if the ledger has become a view that changes the meaning of our statements", async () => {
    await asOwner(`alter table public.sites disable row level security;
      create policy everyone on public.customers using (true);
      create function public.differ(name, text) returns boolean language sql as 'select false';
      create operator public.= (leftarg = name, rightarg = text, function = public.differ);
      create function public.lie() returns boolean language plpgsql as $$ begin
        perform pg_catalog.set_config('search_path', 'public, pg_catalog', false);
        return true; end $$;
      alter table hosterizer.schema_migrations rename to kept;
      create view hosterizer.schema_migrations as select * from hosterizer.kept where public.lie()`);
    expect((await open()).map((line) => line.replace(/:.*| is not.*/, ""))).toEqual(
      expect.arrayContaining(["policy everyone on public.customers", "table public.sites"]),
    );
    await close();
    expect(await sites()).toEqual(["acme.example"]);
  });

  test("is closed on manually created tables and views, and on a renamed table", async () => {
    const { user } = database.applicationLogin;
    await asOwner(`create table public.copied_sites as select * from public.sites;
      create view public.customer_names as select name from public.customers;
      grant select on public.copied_sites, public.customer_names to ${user};
      grant update (domain) on public.copied_sites to ${user};
      alter table public.sites rename to kept_sites;
      alter table public.kept_sites disable row level security;
      grant select on public.kept_sites to public`);
    await close();
    const message = await refusal();

    for (const name of [
      "table public.copied_sites",
      "table public.kept_sites",
      "view public.customer_names",
    ])
      expect(message).toMatch(
        new RegExp(`Closed, because it was open:[^]*${name} is not declared`),
      );
    const held = await rowsOf(
      database.superuser,
      `select c.relname from pg_catalog.pg_class as c
        where c.relname in ('copied_sites', 'kept_sites', 'customer_names')
          and (has_table_privilege('${user}', c.oid, 'select,insert,update,delete')
               or has_any_column_privilege('${user}', c.oid, 'select,update'))`,
    );
    expect(held).toEqual([]);
  });

  test("is closed if the owner has hidden it in its own extension", async () => {
    const { user } = database.applicationLogin;
    await asOwner(`create extension hstore schema public;
      grant truncate on public.customers to ${user};
      alter extension hstore add table public.customers;
      create view public.every_site as select * from public.sites;
      grant select on public.every_site to public;
      alter extension hstore add view public.every_site;
      create materialized view public.kept_sites as select * from public.sites;
      grant select on public.kept_sites to ${user};
      alter extension hstore add materialized view public.kept_sites;
      create function public.all_sites() returns setof public.sites language sql security definer
        as 'select * from public.sites';
      alter extension hstore add function public.all_sites();
      create table public.copied_sites as select * from public.sites;
      alter extension hstore add table public.copied_sites`);
    await close();

    for (const relation of ["every_site", "kept_sites"]) {
      const look = asRole(database.applicationLogin, customer(1), (session) =>
        session.query(`select from public.${relation} where customer_id = 2`),
      );
      const seen = await look.then(({ rowCount }) => rowCount).catch((error: unknown) => error);
      expect(seen === 0 || (seen as { code?: string }).code === "42501").toBe(true);
    }
    const [held] = await rowsOf<{ may: boolean }>(
      database.superuser,
      `select has_table_privilege('${user}', 'public.customers', 'truncate') as may`,
    );
    expect(held).toEqual({ may: false });
    const message = await refusal();
    expect(message).not.toContain("table public.customers is missing");
    expect(message).toContain("table public.copied_sites is not declared");
    expect(message).toMatch(/Closed, because it was open:[^]*function public\.all_sites\(\)/);
  });

  test("is closed on a table that was given to another role", async () => {
    await database.run("alter table public.sites owner to current_user");
    await database.run("alter table public.sites disable row level security");
    await close();
    expect(await sites()).toEqual(["acme.example"]);
    expect(await open()).toEqual([]);
  });

  test("is closed if functions of the declared policies are missing, and no tenant is cut off", async () => {
    await asOwner(`drop function tenancy.lowest_customer_id() cascade;
      alter table public.sites no force row level security;
      create policy everyone on public.sites using (true);
      alter table public.customers no force row level security`);
    expect((await close()).sort()).toEqual([
      expect.stringMatching(/^closed policy everyone on public\.sites is not declared/),
      expect.stringMatching(/^closed table public\.customers: .* not forced/),
      expect.stringMatching(/^closed table public\.sites: .* not forced/),
    ]);
    expect(await sites()).toEqual(["acme.example"]);
    expect(await open()).toEqual([]);
    expect(await close()).toEqual([]);
  });

  test("is closed even if another opening cannot be closed", async () => {
    await asOwner("alter table public.customers disable row level security");
    await asOwner("alter table public.sites disable row level security");
    await database.run(`create function public.refuse() returns event_trigger language plpgsql as $$
      begin
        if current_query() like '%customers%' then raise 'not this one'; end if;
      end $$;
      create event trigger refuse on ddl_command_start when tag in ('ALTER TABLE')
        execute function public.refuse()`);
    const closed: string[] = [];
    const failure = await close(1, tenantTables, closed).catch((error: unknown) => error);
    expect(closed).toContainEqual(expect.stringMatching(/^closed table public\.sites: /));
    expect(closed.join()).not.toContain("customers");
    expect(failure).toMatchObject({
      name: "StillOpenError",
      message: expect.stringMatching(
        /Still open:\n- table public\.customers: found row-level security disabled.*\n {2}not this one\n/,
      ) as string,
    });
    expect(await sites()).toEqual(["acme.example"]);
  });

  describe("while migrations are pending", () => {
    const regions = { schema: "public", table: "regions", column: "customer_id" };
    const withRegions = [...tenantTables, regions];

    test("does not include a table that one of them makes a tenant table", async () => {
      expect(await open(2, withRegions)).toEqual([]);
      await close(2, withRegions);
      const visible = await asRole(database.applicationLogin, customer(1), (session) =>
        session.query("select code from public.regions"),
      );
      expect(visible.rows).toEqual([{ code: "eu" }]);
    });

    test("does not include a new table that the next one fills as its owner", async () => {
      await write(
        "000002_add_notes",
        `create table public.notes (
           id bigint primary key, customer_id bigint not null references public.customers
         );
         create index notes_customer_idx on public.notes (customer_id);
         alter table public.notes enable row level security;`,
      );
      const { migrator, expectation } = database;
      const { owner, schemas } = expectation;
      const settings = { connection: migrator, owner, schemas, directory };
      await migrate({ ...settings, recordSchema: recordStatements, lockTimeoutMs: 5_000 });
      const notes = { schema: "public", table: "notes", column: "customer_id" };
      await close(3, [...tenantTables, notes]);
      await asOwner("insert into public.notes values (1, 1)");
      const found = await rowsOf(database.superuser, "select id::int from public.notes");
      expect(found).toEqual([{ id: 1 }]);
    });

    test("includes a tenant table whose row-level security is off", async () => {
      await asOwner("alter table public.sites disable row level security");
      await close(2);
      expect(await sites()).toEqual(["acme.example"]);
    });
  });
});
