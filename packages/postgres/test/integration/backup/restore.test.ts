import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runClientProgram, type RunProgram } from "../../../src/backup/clientProgram";
import { compareCounts, countRows } from "../../../src/backup/countRows";
import { dump } from "../../../src/backup/dump";
import { readDump, type TableRows } from "../../../src/backup/dumpContents";
import { loadedTables } from "../../../src/backup/loadedEntries";
import { closeUnchecked, dropRestored, openLike, whileOpen } from "../../../src/backup/newDatabase";
import { restore } from "../../../src/backup/restore";
import { closeDatabase } from "../../../src/backup/swapDatabases";
import { rowsOf } from "../testDatabase";
import { makeRestorable, type Restorable } from "./restorable";

let made: Restorable;
let database: Restorable["database"];
let target: Restorable["target"];
let guardian: Restorable["guardian"];

beforeAll(async () => {
  made = await makeRestorable();
  ({ database, target, guardian } = made);
});
// After a failed set-up there is nothing to remove.
afterAll(() => (made as Restorable | undefined)?.remove());

describe("a restored database", () => {
  let rows: readonly TableRows[];
  let entered: boolean;

  beforeAll(async () => {
    const source = await made.dumpOf("whole");
    rows = loadedTables(source, target.owner);
    await restore([source], target, { jobs: 2 });
    entered = await made.mayConnect(database.backup, target.database);
    await openLike(target);
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
         from pg_database as d, aclexplode(d.datacl) as a
        where d.datname = current_database() and a.grantee <> d.datdba`,
    ],
  ])("has the same %s", async (_, sql) => {
    const [before, after] = [
      await rowsOf(database.superuser, sql),
      await rowsOf(made.inNew(), sql),
    ];
    expect(before.length).toBeGreaterThan(0);
    expect(new Set(after.map((row) => JSON.stringify(row)))).toEqual(
      new Set(before.map((row) => JSON.stringify(row))),
    );
  });

  test("lets applications in when it is opened, and not before", async () => {
    expect(entered).toBe(false);
    expect(await made.mayConnect(database.backup, target.database)).toBe(true);
    await closeDatabase(target.maintenance, target.database);
    expect(await made.mayConnect(database.backup, target.database)).toBe(false);
    await openLike(target);
  });

  test("is closed by the next restore if its own was killed, and not while its checks run", async () => {
    await whileOpen(target, async () => {
      expect(await closeUnchecked(target)).toEqual([]);
      expect(await made.mayConnect(database.backup, target.database)).toBe(true);
    });
    const session = new Client({ ...database.backup, database: target.database });
    session.on("error", () => undefined);
    await session.connect();

    expect(await closeUnchecked(target)).toEqual([target.database]);

    await expect(session.query("select")).rejects.toThrow();
    expect(await made.mayConnect(database.backup, target.database)).toBe(false);
    expect(await closeUnchecked(target)).toEqual([]);
    await openLike(target);
  });

  test("leaves no login behind", async () => {
    const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
    expect(await rowsOf(database.superuser, left)).toEqual([]);
  });

  test("has nothing of other owners", async () => {
    expect(await rowsOf(made.inNew(), "select to_regclass('public.of_another') as it")).toEqual([
      { it: null },
    ]);
  });

  test("is not overwritten", async () => {
    const source = await made.dumpOf("second");
    await expect(restore([source], target, { jobs: 1 })).rejects.toThrow(/exists already/);
    expect(await made.databases()).toEqual([database.name, target.database]);
  });
});

describe("a dump whose author is hostile", () => {
  const plant = async (body: string, more = "") => {
    await database.run(`
      set role ${database.owner.user};
      create function public.telltale() returns int language plpgsql volatile as $$
        begin
          if current_database() <> '${database.name}' then ${body} end if;
          return 1;
        end $$;
      create materialized view public.trap as select public.telltale() as n;
      ${more}
      grant select on public.trap to ${database.backup.user}`);
    const source = await made.dumpOf("trap");
    await database.run("drop materialized view public.trap; drop function public.telltale");
    return source;
  };

  test("runs as a login that has nothing else, and one that fails leaves neither database nor login", async () => {
    const source = await plant("raise 'run by %', session_user;");

    await expect(restore([source], target, { jobs: 2 })).rejects.toThrow(/run by restore_[0-9a-f]/);
    expect(await made.databases()).toEqual([database.name]);
    const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
    expect(await rowsOf(database.superuser, left)).toEqual([]);
  });

  test.each([
    ["limits the present database", "alter database %I connection limit 0"],
    ["changes a setting of it", "alter database %I set default_transaction_read_only = on"],
    ["lets others in there", "grant connect on database %I to public"],
  ])("cannot change the present database: one that %s fails", async (_, statement) => {
    const facts = `select d.datconnlimit, d.datacl::text,
             (select count(*) from pg_db_role_setting as s where s.setdatabase = d.oid)::int
        from pg_database as d where d.datname = '${database.name}'`;
    const before = await rowsOf(database.superuser, facts);
    const source = await plant(`execute format('${statement}', '${database.name}');`);

    await expect(restore([source], target, { jobs: 2 })).rejects.toThrow(
      /must be owner|permission/,
    );
    expect(await rowsOf(database.superuser, facts)).toEqual(before);
    expect(await made.databases()).toEqual([database.name]);
  });

  test("cannot let others into the new database", async () => {
    const source = await plant(
      `execute format('grant connect on database %I to public', current_database());`,
    );
    await restore([source], target, { jobs: 2 });
    expect(await made.mayConnect(database.backup, target.database)).toBe(false);
    await dropRestored(target);
  });

  test("fills a materialized view with what policies show its owner, not with all rows", async () => {
    const source = await plant(
      "null;",
      `create materialized view public.copied as select * from public.customers;
       grant select on public.copied to ${database.backup.user};`,
    );
    await database.run("drop materialized view public.copied");
    await restore([source], target, { jobs: 2 });
    const counts = `select (select count(*) from public.copied)::int as copied,
      (select count(*) from public.customers)::int as customers`;
    expect(await rowsOf(made.inNew(), counts)).toEqual([{ copied: 0, customers: 2 }]);
    await dropRestored(target);
  });
});

test("a folder of several jobs is restored", async () => {
  const file = join(made.folder, "several.dump");
  await dump(database.backup, file, { jobs: 2 });
  const source = { file, ...(await readDump(file)) };
  await restore([source], target, { jobs: 2 });
  const rows = loadedTables(source, target.owner);
  expect(rows.length).toBeGreaterThan(5);
  expect(compareCounts(rows, await countRows(made.inNew(), rows))).toEqual([]);
  await dropRestored(target);
});

test("a restore whose connection is cut leaves neither database nor login", async () => {
  await database.run(
    "insert into public.policies (name, kind, rules) select 'p' || n, 'cost', '{}' from generate_series(1, 20000) as n",
  );
  const source = await made.dumpOf("cut");
  let cut: Promise<unknown> | undefined;
  const running = restore([source], target, {
    jobs: 1,
    onTable: () => {
      cut ??= database.administer(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${target.database}'`,
      );
    },
  });

  await expect(running).rejects.toThrow(/could not be loaded[^]*(terminat|closed the connection)/);
  await cut;
  expect(await made.databases()).toEqual([database.name]);
  const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
  expect(await rowsOf(database.superuser, left)).toEqual([]);
  await database.run("delete from public.policies");
});

test.each([
  { runs: 1, when: "between two steps" },
  { runs: 3, when: "while the owner takes over" },
])("a restore that is interrupted $when leaves neither database nor login", async ({ runs }) => {
  // It is filled by the last of three runs.
  await database.run(`set role ${database.owner.user};
    create materialized view public.filled as select 1 as n;
    grant select on public.filled to ${database.backup.user}`);
  const source = await made.dumpOf("interrupted");
  await database.run("drop materialized view public.filled");
  const interrupted = new AbortController();
  let run = 0;
  const runProgram: RunProgram = async (...program) => {
    await runClientProgram(...program);
    if (++run === runs) interrupted.abort(new Error("interrupted"));
  };
  const { signal } = interrupted;
  const running = restore([source], target, { jobs: 1, runProgram, signal });

  await expect(running).rejects.toThrow("interrupted");
  expect(run).toBe(runs);
  expect(await made.databases()).toEqual([database.name]);
  const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
  expect(await rowsOf(database.superuser, left)).toEqual([]);
});

test("of two restores under one name at once, one fails and leaves the other's database alone", async () => {
  const source = await made.dumpOf("twice");
  const both = await Promise.allSettled([1, 2].map(() => restore([source], target, { jobs: 1 })));

  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const rows = loadedTables(source, target.owner);
  expect(compareCounts(rows, await countRows(made.inNew(), rows))).toEqual([]);
  const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
  expect(await rowsOf(database.superuser, left)).toEqual([]);
  await dropRestored(target);
});

test("a comment on a policy is restored", async () => {
  await database.run(`set role ${database.owner.user};
    comment on policy backup_reads_all on public.customers is 'dumps'`);
  const source = await made.dumpOf("comments");
  await restore([source], target, { jobs: 2 });
  const comment = "select description from pg_description where classoid = 'pg_policy'::regclass";
  expect(await rowsOf(made.inNew(), comment)).toEqual([{ description: "dumps" }]);
  await dropRestored(target);
});

test("a name that libpq would take for a connection string is one", async () => {
  const odd = { ...target, database: `dbname=${database.name} x='\\` };
  const source = await made.dumpOf("odd");
  await restore([source], odd, { jobs: 2 });
  expect(await made.databases()).toEqual([database.name]);
  const rows = loadedTables(source, odd.owner);
  const found = await countRows({ ...database.superuser, database: odd.database }, rows);
  expect(compareCounts(rows, found)).toEqual([]);
  await dropRestored(odd);
});

test("a database like one that does not exist is refused", async () => {
  const source = await made.dumpOf("like");
  await expect(
    restore([source], { ...target, like: "no_such_database" }, { jobs: 1 }),
  ).rejects.toThrow(/no_such_database does not exist/);
});

test("a login that is no superuser restores, and says which extensions it could not create", async () => {
  await database.run("create schema stats; create extension pg_stat_statements schema stats");
  const deploy = await database.role(
    "deploy",
    `createdb createrole in role ${database.owner.user}`,
  );
  const source = await made.dumpOf("deploy");
  const maintenance = { ...deploy, database: "postgres" };

  const leftOut = await restore([source], { ...target, maintenance }, { jobs: 2 });

  expect(leftOut).toEqual(["pg_stat_statements"]);
  const rows = loadedTables(source, target.owner);
  expect(compareCounts(rows, await countRows(made.inNew(), rows))).toEqual([]);
  await closeDatabase(maintenance, target.database, guardian.user);
  await dropRestored({ ...target, maintenance });
  await database.run("drop extension pg_stat_statements; drop schema stats");
});
