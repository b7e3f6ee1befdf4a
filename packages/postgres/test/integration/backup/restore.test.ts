import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { runClientProgram, type RunProgram } from "../../../src/backup/clientProgram";
import { compareCounts, countRows } from "../../../src/backup/countRows";
import { dump } from "../../../src/backup/dump";
import { readDump, type TableRows } from "../../../src/backup/dumpContents";
import { loadedTables } from "../../../src/backup/loadedEntries";
import {
  closeUnchecked,
  dropRestored,
  openLike,
  type RestoreTarget,
  whileOpen,
} from "../../../src/backup/newDatabase";
import { restore } from "../../../src/backup/restore";
import { closeDatabase, swapDatabases } from "../../../src/backup/swapDatabases";
import type { Connection } from "../../../src/connection/connection";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let folder: string;
let target: RestoreTarget;
/** The one role that may connect to a closed database. */
let guardian: Connection & { user: string };

beforeAll(async () => {
  database = await createTenantDatabase("session");
  await database.run(`
    create extension citext;
    create schema tools authorization ${database.owner.user};
    create extension pg_trgm schema tools;
    create table public.of_another (n int);
    alter default privileges for role ${database.owner.user} in schema public grant select on tables to ${database.backup.user}`);
  const migrator = await database.role("migrator", `noinherit in role ${database.owner.user}`);
  guardian = migrator;
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

const mayConnect = (login: Connection, name: string) =>
  rowsOf({ ...login, database: name }, "select").then(
    () => true,
    () => false,
  );

const databases = async () =>
  (
    await rowsOf<{ name: string }>(
      database.superuser,
      `select datname as name from pg_database where datname like '${database.name}%' order by 1`,
    )
  ).map(({ name }) => name);

describe("a restored database", () => {
  let rows: readonly TableRows[];
  let entered: boolean;

  beforeAll(async () => {
    const source = await dumpOf("whole");
    rows = loadedTables(source, target.owner);
    await restore([source], target, { jobs: 2 });
    entered = await mayConnect(database.backup, target.database);
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
    const [before, after] = [await rowsOf(database.superuser, sql), await rowsOf(inNew(), sql)];
    expect(before.length).toBeGreaterThan(0);
    expect(new Set(after.map((row) => JSON.stringify(row)))).toEqual(
      new Set(before.map((row) => JSON.stringify(row))),
    );
  });

  test("lets applications in when it is opened, and not before", async () => {
    expect(entered).toBe(false);
    expect(await mayConnect(database.backup, target.database)).toBe(true);
    await closeDatabase(target.maintenance, target.database);
    expect(await mayConnect(database.backup, target.database)).toBe(false);
    await openLike(target);
  });

  test("is closed by the next restore if its own was killed, and not while its checks run", async () => {
    await whileOpen(target, async () => {
      expect(await closeUnchecked(target)).toEqual([]);
      expect(await mayConnect(database.backup, target.database)).toBe(true);
    });
    const session = new Client({ ...database.backup, database: target.database });
    session.on("error", () => undefined);
    await session.connect();

    expect(await closeUnchecked(target)).toEqual([target.database]);

    await expect(session.query("select")).rejects.toThrow();
    expect(await mayConnect(database.backup, target.database)).toBe(false);
    expect(await closeUnchecked(target)).toEqual([]);
    await openLike(target);
  });

  test("leaves no login behind", async () => {
    const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
    expect(await rowsOf(database.superuser, left)).toEqual([]);
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
    const source = await dumpOf("trap");
    await database.run("drop materialized view public.trap; drop function public.telltale");
    return source;
  };

  test("runs as a login that has nothing else, and one that fails leaves neither database nor login", async () => {
    const source = await plant("raise 'run by %', session_user;");

    await expect(restore([source], target, { jobs: 2 })).rejects.toThrow(/run by restore_[0-9a-f]/);
    expect(await databases()).toEqual([database.name]);
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
    expect(await databases()).toEqual([database.name]);
  });

  test("cannot let others into the new database", async () => {
    const source = await plant(
      `execute format('grant connect on database %I to public', current_database());`,
    );
    await restore([source], target, { jobs: 2 });
    expect(await mayConnect(database.backup, target.database)).toBe(false);
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
    expect(await rowsOf(inNew(), counts)).toEqual([{ copied: 0, customers: 2 }]);
    await dropRestored(target);
  });
});

test("a folder of several jobs is restored", async () => {
  const file = join(folder, "several.dump");
  await dump(database.backup, file, { jobs: 2 });
  const source = { file, ...(await readDump(file)) };
  await restore([source], target, { jobs: 2 });
  const rows = loadedTables(source, target.owner);
  expect(rows.length).toBeGreaterThan(5);
  expect(compareCounts(rows, await countRows(inNew(), rows))).toEqual([]);
  await dropRestored(target);
});

test("a restore whose connection is cut leaves neither database nor login", async () => {
  await database.run(
    "insert into public.policies (name, kind, rules) select 'p' || n, 'cost', '{}' from generate_series(1, 20000) as n",
  );
  const source = await dumpOf("cut");
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
  expect(await databases()).toEqual([database.name]);
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
  const source = await dumpOf("interrupted");
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
  expect(await databases()).toEqual([database.name]);
  const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
  expect(await rowsOf(database.superuser, left)).toEqual([]);
});

test("of two restores under one name at once, one fails and leaves the other's database alone", async () => {
  const source = await dumpOf("twice");
  const both = await Promise.allSettled([1, 2].map(() => restore([source], target, { jobs: 1 })));

  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const rows = loadedTables(source, target.owner);
  expect(compareCounts(rows, await countRows(inNew(), rows))).toEqual([]);
  const left = "select rolname from pg_roles where rolname like 'restore\\_%'";
  expect(await rowsOf(database.superuser, left)).toEqual([]);
  await dropRestored(target);
});

test("a comment on a policy is restored", async () => {
  await database.run(`set role ${database.owner.user};
    comment on policy backup_reads_all on public.customers is 'dumps'`);
  const source = await dumpOf("comments");
  await restore([source], target, { jobs: 2 });
  const comment = "select description from pg_description where classoid = 'pg_policy'::regclass";
  expect(await rowsOf(inNew(), comment)).toEqual([{ description: "dumps" }]);
  await dropRestored(target);
});

test("a name that libpq would take for a connection string is one", async () => {
  const odd = { ...target, database: `dbname=${database.name} x='\\` };
  const source = await dumpOf("odd");
  await restore([source], odd, { jobs: 2 });
  expect(await databases()).toEqual([database.name]);
  const rows = loadedTables(source, odd.owner);
  const found = await countRows({ ...database.superuser, database: odd.database }, rows);
  expect(compareCounts(rows, found)).toEqual([]);
  await dropRestored(odd);
});

test("a database like one that does not exist is refused", async () => {
  const source = await dumpOf("like");
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
  const source = await dumpOf("deploy");
  const maintenance = { ...deploy, database: "postgres" };

  const leftOut = await restore([source], { ...target, maintenance }, { jobs: 2 });

  expect(leftOut).toEqual(["pg_stat_statements"]);
  const rows = loadedTables(source, target.owner);
  expect(compareCounts(rows, await countRows(inNew(), rows))).toEqual([]);
  await closeDatabase(maintenance, target.database, guardian.user);
  await dropRestored({ ...target, maintenance });
  await database.run("drop extension pg_stat_statements; drop schema stats");
});

test("a swap ends sessions, and clients that come back find the successor", async () => {
  const source = await dumpOf("swap");
  await restore([source], target, { jobs: 2 });
  await openLike(target);
  await rowsOf(inNew(), "create table public.only_new ()");
  const idle = new Client(database.superuser);
  idle.on("error", () => undefined);
  await idle.connect();
  const predecessor = `${database.name}_old`;

  await swapDatabases(target.maintenance, {
    name: database.name,
    successor: target.database,
    predecessor,
    guardian: guardian.user,
  });

  await expect(idle.query("select")).rejects.toThrow();
  const found = "select to_regclass('public.only_new') is not null as new";
  expect(await rowsOf(database.superuser, found)).toEqual([{ new: true }]);
  expect(await rowsOf({ ...database.superuser, database: predecessor }, found)).toEqual([
    { new: false },
  ]);
  expect(await mayConnect(database.backup, database.name)).toBe(true);
  expect(await mayConnect(database.backup, predecessor)).toBe(false);
  expect(await mayConnect(guardian, predecessor)).toBe(true);
  const comments = `select shobj_description(oid, 'pg_database') as it from pg_database where datname like '${database.name}%'`;
  expect(await rowsOf(database.superuser, comments)).toEqual([{ it: null }, { it: null }]);
  await dropRestored({ ...target, database: predecessor });
});

describe("a swap", () => {
  const swapTo = (predecessor: string) => ({
    name: database.name,
    successor: target.database,
    predecessor,
    guardian: guardian.user,
  });
  const oids = () =>
    rowsOf(
      target.maintenance,
      `select oid, datname from pg_database where datname like '${database.name}%' order by oid`,
    );

  beforeAll(() => rowsOf(target.maintenance, `create database ${target.database}`));
  afterAll(() => dropRestored(target));

  test("that is prevented before it begins changes nothing", async () => {
    const before = await oids();
    const signal = AbortSignal.abort("SIGINT");
    await expect(
      swapDatabases(target.maintenance, swapTo(`${database.name}_old`), signal),
    ).rejects.toBe("SIGINT");
    expect(await oids()).toEqual(before);
  });

  test("that has begun is completed, whatever is asked since", async () => {
    const predecessor = `${database.name}_old`;
    const [before] = await oids();
    const blocker = new Client(target.maintenance);
    await blocker.connect();
    const stop = new AbortController();
    try {
      // A rename waits for the lock that this takes.
      await blocker.query(`begin; comment on database ${database.name} is 'held'`);
      const swapping = swapDatabases(target.maintenance, swapTo(predecessor), stop.signal);
      const waiting = `select from pg_stat_activity
        where wait_event_type = 'Lock' and query like 'alter database%${database.name}%'`;
      await expect
        .poll(async () => (await rowsOf(target.maintenance, waiting)).length, { timeout: 30_000 })
        .toBe(1);
      stop.abort("SIGINT");
      await blocker.query("rollback");
      await swapping;
    } finally {
      await blocker.end();
    }
    expect((await oids())[0]).toEqual({ ...before, datname: predecessor });
    await dropRestored({ ...target, database: predecessor });
    await rowsOf(target.maintenance, `create database ${target.database}`);
  });

  test("whose connection breaks is reported as the server has completed it", async () => {
    const predecessor = `${database.name}_old`;
    const [before] = await oids();
    const { port, close } = await cutAfter("commit", target.maintenance);
    try {
      await swapDatabases({ ...target.maintenance, host: "127.0.0.1", port }, swapTo(predecessor));
    } finally {
      await close();
    }
    expect((await oids())[0]).toEqual({ ...before, datname: predecessor });
    await dropRestored({ ...target, database: predecessor });
    await rowsOf(target.maintenance, `create database ${target.database}`);
  });

  test("whose connection breaks earlier has not taken place", async () => {
    const before = await oids();
    const { port, close } = await cutAfter("alter database", target.maintenance);
    const broken = { ...target.maintenance, host: "127.0.0.1", port };
    await expect(swapDatabases(broken, swapTo(`${database.name}_old`))).rejects.toThrow();
    await close();
    expect(await oids()).toEqual(before);
  });
});

/** A proxy that cuts the first connection once the server has answered a statement. */
async function cutAfter(statement: string, { host, port }: Connection) {
  let cuts = true;
  const proxy = createServer((client) => {
    const server = connect({ host, port });
    let isSent = false;
    client.on("data", (sent) => {
      isSent ||= cuts && sent.includes(statement);
      server.write(sent);
    });
    server.on("data", (answer) => {
      if (!isSent) client.write(answer);
      else {
        cuts = false;
        client.destroy();
        server.destroy();
      }
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    close: () => new Promise((resolve) => proxy.close(resolve)),
  };
}
