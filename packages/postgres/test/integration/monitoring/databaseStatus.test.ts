import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import {
  isUnavailable,
  readDatabaseStatus,
  type Unavailable,
} from "../../../src/monitoring/databaseStatus";
import { rowsOf } from "../testDatabase";
import { createMonitoredDatabase, type MonitoredDatabase } from "./monitoredDatabase";

let database: MonitoredDatabase;

beforeAll(async () => {
  database = await createMonitoredDatabase();
  await database.run(`
    create table public.visits (id bigint generated always as identity primary key, site text not null, note text not null);
    create index visits_site_idx on public.visits (site);
    create index visits_note_idx on public.visits (note);
    insert into public.visits (site, note) select 'site ' || n % 10, repeat('x', 100) || n from generate_series(1, 2000) as n;`);
  await database.run("vacuum analyze public.visits");
});

afterAll(() => database.drop());

describe("the status of a database, read by a member of pg_monitor", () => {
  test("contains the facts of the server and of this database", async () => {
    const { server, database: facts, connections } = await read();
    expect(server).toMatchObject({ isReplica: false, replayDelaySeconds: null });
    expect(server.version).toMatch(/^15\.\d+$/);
    expect(server.versionNumber).toBe(150000 + Number(server.version.split(".")[1]));
    expect(server.dataDirectory).toMatch(/^\/.*data$/);
    expect(server.startedAt.getTime() / 1000 + server.uptimeSeconds).toBeCloseTo(now(), -1);
    expect(facts.name).toBe(database.name);
    expect(facts.sizeBytes).toBeGreaterThan(2 ** 20);
    expect(facts.cacheHitRatio).toBeGreaterThan(0);
    expect(facts.cacheHitRatio).toBeLessThanOrEqual(1);
    expect(facts.commits).toBeGreaterThan(0);
    expect(facts.countedSince.getTime()).toBeLessThanOrEqual(Date.now());
    expect(connections).toMatchObject({ maximum: 100, reservedForSuperusers: 3 });
  });

  test("has sizes and rows of a table whose schema the role may not even enter", async () => {
    await expect(rowsOf(database.monitor, "select from public.visits")).rejects.toMatchObject({
      code: "42501",
    });
    const visits = await tableFacts();
    expect(visits).toMatchObject({ schema: "public", estimatedRows: 2000, deadRows: 0 });
    expect(visits?.totalBytes).toBe((visits?.tableBytes ?? 0) + (visits?.indexBytes ?? 0));
    expect(visits?.indexBytes).toBeGreaterThan(3 * 8192);
    expect(visits?.analyzedAt?.getTime()).toBeCloseTo(Date.now(), -5);
  });

  test("distinguishes used from unused indexes, and keys from others", async () => {
    await rowsOf(database.superuser, "select * from public.visits where site = 'site 1'", {
      enable_seqscan: "off",
    });
    const indexes = available((await read()).indexes);
    const facts = Object.fromEntries(indexes.map((one) => [one.index, one]));
    expect(facts["visits_site_idx"]).toMatchObject({
      scans: 1,
      isConstraint: false,
      isValid: true,
    });
    expect(facts["visits_note_idx"]).toMatchObject({ scans: 0, isConstraint: false });
    expect(facts["visits_pkey"]).toMatchObject({ table: "visits", isConstraint: true });
    expect(indexes[0]?.index).toBe("visits_site_idx");
  });

  test("names an index whose build failed", async () => {
    const building = database.run(
      "create unique index concurrently visits_broken_idx on public.visits (site)",
    );
    await expect(building).rejects.toMatchObject({ code: "23505" });
    const invalid = available((await read()).indexes).filter(({ isValid }) => !isValid);
    expect(invalid.map(({ index }) => index)).toEqual(["visits_broken_idx"]);
    await database.run("drop index public.visits_broken_idx");
  });

  test("counts the sessions of others by role and state, and not its own", async () => {
    const first = await session("begin; select 1");
    const second = await session("begin; select 2");
    try {
      const { connections } = await read();
      const here = connections.sessions.filter((one) => one.database === database.name);
      expect(here).toMatchObject([
        { role: "postgres", state: "idle in transaction", sessions: 2, waitingForLock: 0 },
      ]);
      expect(here[0]?.oldestTransactionSeconds).toBeGreaterThan(0);
      expect(here[0]?.oldestTransactionSeconds).toBeLessThan(30);
      expect(connections.used).toBeGreaterThanOrEqual(2);
    } finally {
      await Promise.all([first.end(), second.end()]);
    }
  });

  test("has the slowest statements first, as many as were asked for, without values and its own", async () => {
    await database.run("select pg_sleep(0.2)");
    await database.run("select pg_sleep_for('100 ms')");
    await read();
    const slowest = available((await read(2)).slowestStatements);
    expect(slowest.map(({ query }) => query)).toEqual([
      "select pg_sleep($1)",
      "select pg_sleep_for($1)",
    ]);
    expect(slowest[0]).toMatchObject({ calls: 1, role: "postgres", rows: 1 });
    expect(slowest[0]?.meanMs).toBeGreaterThan(199);
    expect(slowest[0]?.totalMs).toBe(slowest[0]?.meanMs);
    const all = available((await read(1000)).slowestStatements);
    expect(all.map(({ role }) => role)).not.toContain(database.monitor.user);
  });

  test("never contains a password that was set by hand", async () => {
    // Other servers than ours count such statements too.
    const counted = "set pg_stat_statements.track_utility = on; alter role";
    await database.run(`${counted} ${database.monitor.user} password 'hunter2'`);
    await database.run(
      `${counted} ${database.monitor.user} password '${database.monitor.password ?? ""}'`,
    );
    const shown = available((await read(1000)).slowestStatements).map(({ query }) => query);
    expect(shown.filter((query) => query.includes(database.monitor.user))).toContain(
      `alter role ${database.monitor.user} password '…'`,
    );
    expect(shown.join()).not.toMatch(/hunter2/);
    expect(shown.join()).not.toContain(database.monitor.password);
  });

  test("contains everything else without access to pg_stat_statements, and the reason", async () => {
    await database.run(`revoke usage on schema monitoring from ${database.monitor.user}`);
    try {
      const status = await read();
      expect(status.slowestStatements).toEqual({
        unavailable: "the monitoring role may not read them",
      });
      expect(available(status.tables)).not.toEqual([]);
    } finally {
      await database.run(`grant usage on schema monitoring to ${database.monitor.user}`);
    }
  });

  test("does not queue behind a migration that locks a table, and shows what waits for it", async () => {
    const migration = await session("begin; lock table public.visits in access exclusive mode");
    const application = await session("select 1");
    const waiting = application.query("select count(*) from public.visits");
    try {
      await expect.poll(async () => (await lockWaits()).length).toBe(1);
      const before = Date.now();
      const status = await read();
      expect(Date.now() - before).toBeLessThan(5000);
      expect(status.tables).toEqual({
        unavailable: "another session holds a lock on them; see the sessions",
      });
      expect(available(status.indexes)).not.toEqual([]);
      const active = status.connections.sessions.filter(
        (one) => one.database === database.name && one.state === "active",
      );
      expect(active).toMatchObject([{ sessions: 1, waitingForLock: 1 }]);
    } finally {
      await migration.end();
      await waiting;
      await application.end();
    }
  });

  test("estimates rows when the counts are lost, as after a crash", async () => {
    await database.run(
      "create table public.young with (autovacuum_enabled = off) as select n from generate_series(1, 100) as n",
    );
    expect((await tableFacts("young"))?.estimatedRows).toBe(100);
    await database.run("select pg_stat_reset()");
    expect((await tableFacts())?.estimatedRows).toBeCloseTo(2000, -1);
    // Never analyzed, so the number of rows is unknown.
    expect((await tableFacts("young"))?.estimatedRows).toBeNull();
    await database.run("drop table public.young");
  });
});

const read = (statementLimit = 10) => readDatabaseStatus(database.monitor, statementLimit);
const now = () => Date.now() / 1000;

async function tableFacts(name = "visits") {
  return available((await read()).tables).find(({ table }) => table === name);
}

function available<T>(facts: readonly T[] | Unavailable): readonly T[] {
  if (isUnavailable(facts)) throw new Error(facts.unavailable);
  return facts;
}

async function session(sql: string, connection: Connection = database.superuser) {
  const client = new Client(connection);
  await client.connect();
  await client.query(sql);
  return client;
}

function lockWaits() {
  return rowsOf(
    database.superuser,
    `select from pg_locks as lock join pg_database as database on database.oid = lock.database
      where not lock.granted and database.datname = current_database()`,
  );
}
