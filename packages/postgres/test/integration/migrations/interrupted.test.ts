import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate } from "../../../src/migrations/migrate";
import { MigrationError } from "../../../src/migrations/migrationError";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("a migration run whose session is killed", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
  });
  afterEach(() => database.drop());

  /** Ends the runner's session once it runs a statement that contains `text`. */
  const killDuring = async (text: string) => {
    const kill = () =>
      database.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'hosterizer-database/migrate' and datname = current_database()
          and state = 'active' and query like '%${text}%'`,
      );
    await expect.poll(kill, { timeout: 10_000, interval: 20 }).toHaveLength(1);
  };

  test("has applied nothing of its current file, and the next run resumes there", async () => {
    await database.write("000001_a", "create table a (id int);");
    await database.write("000002_b", "create table b (id int);\nselect pg_sleep(30);");
    await database.write("000003_c", "create table c (id int);");

    const killed = migrate(database.settings).catch((error: unknown) => error);
    await killDuring("pg_sleep");
    const error = await killed;
    expect(error).toBeInstanceOf(MigrationError);
    expect(String(error)).toMatch(/000002_b\.up\.sql:2:1: .*\n.*\n.*\n.*Run again: it resumes/);
    expect(await database.rows("select from pg_class where relname = 'b'")).toEqual([]);

    await database.write("000002_b", "create table b (id int);");
    expect(await migrate(database.settings)).toEqual(["000002_b", "000003_c"]);
  });

  test("frees the runners' lock for the next run at once", async () => {
    await database.write("000001_a", "select pg_sleep(30);");
    const killed = migrate(database.settings).catch((error: unknown) => error);
    await killDuring("pg_sleep");
    await killed;
    await database.write("000001_a", "select 1;");
    expect(await migrate({ ...database.settings, runnerWaitMs: 1000 })).toEqual(["000001_a"]);
  });

  test("leaves an invalid index, which the next run replaces", async () => {
    await database.write("000001_a", "create table a (id int);");
    await database.write(
      "000002_b",
      "-- no transaction: the table is in use\ncreate index concurrently a_id_idx on a (id);",
    );
    await migrate({ ...database.settings, target: 1 });
    const writer = new Client(database.superuser);
    await writer.connect();
    await writer.query("begin");
    await writer.query("insert into a values (1)");
    const killed = migrate(database.settings).catch((error: unknown) => error);
    const indexes = () =>
      database.rows("select indisvalid from pg_index where indrelid = 'a'::regclass");
    // Its first transaction must have ended, or nothing is left.
    await expect.poll(indexes, { timeout: 10_000 }).toEqual([{ indisvalid: false }]);
    await killDuring("create index");
    await killed;
    await writer.query("commit");
    await writer.end();
    expect(await indexes()).toEqual([{ indisvalid: false }]);

    expect(await migrate(database.settings)).toEqual(["000002_b"]);
    expect(await indexes()).toEqual([{ indisvalid: true }]);
  });

  test("resumes after the last finished statement of a file without a transaction", async () => {
    const statements = [
      "-- no transaction: builds an index while the table is in use",
      "create table a (id int);",
      "insert into a values (1);",
      "create index concurrently a_id_idx on a (id);",
      "select pg_sleep(30);",
      "insert into a values (2);",
    ];
    await database.write("000001_a", statements.join("\n"));
    const killed = migrate(database.settings).catch((error: unknown) => error);
    await killDuring("pg_sleep");
    await killed;
    expect(await database.rows("select id from a")).toEqual([{ id: 1 }]);

    await database.write("000001_a", statements.join("\n").replace("(30)", "(0)"));
    expect(await migrate(database.settings)).toEqual(["000001_a"]);
    expect(await database.rows("select id from a order by id")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await database.rows("select from hosterizer.migration_statements")).toEqual([]);
  });
});
