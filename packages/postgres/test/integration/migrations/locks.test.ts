import { join } from "node:path";

import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate } from "../../../src/migrations/migrate";
import { runnerLockKey } from "../../../src/migrations/runnerLock";
import { readSql } from "../../../src/sql/readSql";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

const queries = join(__dirname, "../../../src/migrations");

describe("migration runs and locks", () => {
  let database: MigrationDatabase;
  let other: Client;
  let lines: string[];
  beforeEach(async () => {
    database = await createMigrationDatabase();
    other = new Client({ ...database.superuser, application_name: "a long report" });
    await other.connect();
    lines = [];
  });
  afterEach(async () => {
    await other.end();
    await database.drop();
  });

  const run = (options: Partial<Parameters<typeof migrate>[0]> = {}) =>
    migrate({ ...database.settings, log: (line) => lines.push(line), ...options });

  /** Resolves once a line that contains `text` is reported. */
  const told = async (text: string) => {
    await expect.poll(() => lines.join("\n"), { timeout: 10_000, interval: 20 }).toContain(text);
  };

  test("of two concurrent runs one waits and says for which, both succeed, and each file runs once", async () => {
    await database.write("000001_a", "create table a (id int); select pg_sleep(0.6);");
    await database.write("000002_b", "create table b (id int);");

    const both = await Promise.all([run(), run()]);
    expect(both.flat().sort()).toEqual(["000001_a", "000002_b"]);
    expect(both).toContainEqual([]);
    expect(lines.filter((line) => line.startsWith("waiting"))).toEqual([
      expect.stringMatching(
        /^waiting for another migration run: pid \d+ \(hosterizer-database\/migrate, since \d{4}-.*\)$/,
      ),
    ]);
  });

  test("a run gives up on another that does not end, and names it; a run in another database does not matter", async () => {
    const elsewhere = new Client({ ...database.superuser, database: "postgres" });
    await elsewhere.connect();
    await elsewhere.query("select pg_advisory_lock($1, $2)", [...runnerLockKey]);
    expect(await run({ runnerWaitMs: 0 })).toEqual([]);

    await other.query("select pg_advisory_lock($1, $2)", [...runnerLockKey]);
    const { rows } = await other.query<{ pid: number }>("select pg_backend_pid() as pid");
    await expect(run({ runnerWaitMs: 300 })).rejects.toThrow(
      new RegExp(`has not ended in 0.3 s: pid ${rows[0]?.pid ?? 0} \\(a long report\\)`),
    );
    const holders = await other.query(readSql(queries, "runnerLockHolder"), [...runnerLockKey]);
    expect(holders.rows).toHaveLength(1);
    await elsewhere.end();
  });

  test("a file behind a long read gives up, retries, and blocks no reader for long", async () => {
    await database.write("000001_a", "create table a (id int);");
    await database.write("000002_b", "create table b (id int); alter table a add column b int;");
    await run({ target: 1 });
    await other.query("begin");
    await other.query("select * from a");

    const migration = run({ lockTimeoutMs: 100 });
    await told("try 2 of 10");
    const reader = new Client(database.superuser);
    await reader.connect();
    await reader.query("set statement_timeout = '1s'");
    await reader.query("select * from a");
    await reader.end();
    await other.query("commit");

    expect(await migration).toEqual(["000002_b"]);
    expect(lines).toContainEqual(
      expect.stringMatching(/000002_b\.up\.sql:1: no lock \(try 1 of 10\), again in 250 ms$/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/000002_b\.up\.sql:1: no lock \(try 2 of 10\), again in 500 ms$/),
    );
  });

  test("a file that never gets its lock fails after its last attempt, and leaves nothing", async () => {
    await database.write("000001_a", "create table a (id int);");
    await database.write("000002_b", "create table b (id int);\nalter table a add column b int;");
    await run({ target: 1 });
    await other.query("begin");
    await other.query("select * from a");

    await expect(run({ lockTimeoutMs: 50, lockAttempts: 2 })).rejects.toMatchObject({
      code: "55P03",
      line: 2,
      message: expect.stringContaining("Find what holds the lock") as string,
    });
    expect(lines.filter((line) => line.includes("no lock"))).toHaveLength(1);
    expect(await database.rows("select from pg_class where relname = 'b'")).toEqual([]);
  });
});
