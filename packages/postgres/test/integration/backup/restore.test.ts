import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { compareCounts, countRows } from "../../../src/backup/countRows";
import { dump } from "../../../src/backup/dump";
import { readDump, type TableRows } from "../../../src/backup/dumpContents";
import {
  dropRestored,
  loadedTables,
  restore,
  type RestoreTarget,
} from "../../../src/backup/restore";
import { closeDatabase, swapDatabases } from "../../../src/backup/swapDatabases";
import type { Connection } from "../../../src/connection/connection";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let folder: string;
let target: RestoreTarget;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  await database.run(`
    create extension citext;
    create schema tools authorization ${database.owner.user};
    create extension pg_trgm schema tools;
    create table public.of_another (n int);
    alter default privileges for role ${database.owner.user} in schema public grant select on tables to ${database.backup.user}`);
  const migrator = await database.role("migrator", `noinherit in role ${database.owner.user}`);
  await database.run(`
    revoke all on database ${database.name} from public;
    grant connect on database ${database.name} to ${migrator.user}, ${database.backup.user};
    grant select on all tables in schema public to ${database.backup.user};
    grant select on all sequences in schema public to ${database.backup.user}`);
  folder = await mkdtemp(join(tmpdir(), "hosterizer-restore-"));
  target = {
    database: `${database.name}_new`,
    like: database.name,
    maintenance: { ...database.superuser, database: "postgres" },
    migrator,
    guardian: migrator.user,
    owner: database.owner.user,
  };
});
afterAll(async () => {
  await dropRestored(target);
  await rm(folder, { recursive: true });
  await database.drop();
});

const inNew = (): Connection => ({ ...database.superuser, database: target.database });

async function dumpOf(name: string) {
  const file = join(folder, `${name}.dump`);
  await rm(file, { force: true });
  await dump(database.backup, file, {});
  return { file, ...(await readDump(file)) };
}

const databases = async () =>
  (
    await rowsOf<{ name: string }>(
      database.superuser,
      `select datname as name from pg_database where datname like '${database.name}%' order by 1`,
    )
  ).map(({ name }) => name);

describe("a restored database", () => {
  let rows: readonly TableRows[];

  beforeAll(async () => {
    const source = await dumpOf("whole");
    rows = loadedTables(source, target.owner);
    await restore([source], target, { jobs: 2 });
  });
  afterAll(() => dropRestored(target));

  test("has all rows, of tables with forced row-level security too", async () => {
    const sites = rows.find(({ table }) => table === "sites");
    expect(sites?.count).toBeGreaterThan(0);
    expect(rows.map(({ table }) => table)).not.toContain("of_another");
    const counts = await countRows({ ...database.backup, database: target.database }, rows);
    expect(compareCounts(rows, counts)).toEqual([]);
  });

  test.each([
    ["policies", "select tablename, policyname, qual, with_check, roles::text from pg_policies"],
    [
      "row-level security and owners",
      `select relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text as owner, relacl::text
         from pg_class where relnamespace = 'public'::regnamespace and relname <> 'of_another'`,
    ],
    ["extensions", "select extname, extnamespace::regnamespace::text from pg_extension"],
    [
      "privileges on schemas",
      "select nspname, nspacl::text from pg_namespace where nspname in ('public', 'tenancy', 'tools')",
    ],
    [
      "privileges on the database",
      `select a.grantee::regrole::text as grantee, a.privilege_type
         from pg_database as d, aclexplode(d.datacl) as a where d.datname = current_database()`,
    ],
    ["default privileges", "select defaclrole::regrole::text, defaclacl::text from pg_default_acl"],
  ])("has the same %s", async (_, sql) => {
    const [before, after] = [await rowsOf(database.superuser, sql), await rowsOf(inNew(), sql)];
    expect(before.length).toBeGreaterThan(0);
    expect(new Set(after.map((row) => JSON.stringify(row)))).toEqual(
      new Set(before.map((row) => JSON.stringify(row))),
    );
  });

  test("has nothing of other owners", async () => {
    expect(await rowsOf(inNew(), "select to_regclass('public.of_another') as it")).toEqual([
      { it: null },
    ]);
  });

  test("is not overwritten", async () => {
    const source = await dumpOf("second");
    await expect(restore([source], target, { jobs: 1 })).rejects.toThrow(/exists already/);
    expect(await databases()).toEqual([database.name, target.database]);
  });
});

test("a dump runs as the migrator, and one that fails leaves no database", async () => {
  await database.run(`
    set role ${database.owner.user};
    create function public.telltale(n int) returns int language plpgsql immutable as $$
      begin
        if current_database() <> '${database.name}' then
          raise 'run by %, backup may connect: %', session_user,
            has_database_privilege('${database.backup.user}', current_database(), 'connect');
        end if;
        return n;
      end $$;
    create table public.trap (n int);
    create index trap_idx on public.trap (public.telltale(n));
    grant select on public.trap to ${database.backup.user};
    insert into public.trap values (1)`);
  const source = await dumpOf("trap");
  await database.run("drop table public.trap; drop function public.telltale");

  await expect(restore([source], target, { jobs: 2 })).rejects.toThrow(
    `run by ${target.migrator.user}, backup may connect: f`,
  );
  expect(await databases()).toEqual([database.name]);
});

test("a database like one that does not exist is refused", async () => {
  const source = await dumpOf("like");
  await expect(
    restore([source], { ...target, like: "no_such_database" }, { jobs: 1 }),
  ).rejects.toThrow(/no_such_database does not exist/);
});

test("a login that is no superuser restores, and says which extensions it could not create", async () => {
  await database.run("create schema stats; create extension pg_stat_statements schema stats");
  const deploy = await database.role("deploy", `createdb in role ${database.owner.user}`);
  const source = await dumpOf("deploy");
  const maintenance = { ...deploy, database: "postgres" };

  const leftOut = await restore([source], { ...target, maintenance }, { jobs: 2 });

  expect(leftOut).toEqual(["pg_stat_statements"]);
  const rows = loadedTables(source, target.owner);
  expect(compareCounts(rows, await countRows(inNew(), rows))).toEqual([]);
  await closeDatabase(maintenance, target.database, target.guardian);
  await dropRestored({ ...target, maintenance });
  await database.run("drop extension pg_stat_statements; drop schema stats");
});

test("a swap ends sessions, and clients that come back find the successor", async () => {
  const source = await dumpOf("swap");
  await restore([source], target, { jobs: 2 });
  await rowsOf(inNew(), "create table public.only_new ()");
  const idle = new Client(database.superuser);
  idle.on("error", () => undefined);
  await idle.connect();
  const predecessor = `${database.name}_old`;

  await swapDatabases(target.maintenance, {
    name: database.name,
    successor: target.database,
    predecessor,
    guardian: target.migrator.user,
  });

  await expect(idle.query("select")).rejects.toThrow();
  const found = "select to_regclass('public.only_new') is not null as new";
  expect(await rowsOf(database.superuser, found)).toEqual([{ new: true }]);
  expect(await rowsOf({ ...database.superuser, database: predecessor }, found)).toEqual([
    { new: false },
  ]);
  const mayConnect = async (login: Connection, name: string) =>
    rowsOf({ ...login, database: name }, "select").then(
      () => true,
      () => false,
    );
  expect(await mayConnect(database.backup, database.name)).toBe(true);
  expect(await mayConnect(database.backup, predecessor)).toBe(false);
  expect(await mayConnect(target.migrator, predecessor)).toBe(true);
  await dropRestored({ ...target, database: predecessor });
});
