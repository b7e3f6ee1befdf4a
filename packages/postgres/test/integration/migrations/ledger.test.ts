import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { migrate, rollback } from "../../../src/migrations/migrate";
import { readMigrationState } from "../../../src/migrations/migrationState";
import { rerecordFiles } from "../../../src/migrations/ledger";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("the ledger", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_a", "create table a (id int);", "drop table a;");
    await database.write("000002_b", "create table b (id int);", "drop table b;");
  });
  afterEach(() => database.drop());

  const remove = async (name: string) => {
    for (const half of ["up", "down"]) {
      await rm(join(database.settings.directory, `${name}.${half}.sql`));
    }
  };
  const faults = async () => {
    const state = await readMigrationState(database.settings);
    return state.faults.map(({ kind, name }) => `${name} ${kind}`);
  };

  test("is only read, never created, when the state is read", async () => {
    expect(await readMigrationState(database.settings)).toMatchObject({
      version: 0,
      migrations: [{ name: "000001_a" }, { name: "000002_b" }],
      applied: [],
      pending: ["000001_a", "000002_b"],
      faults: [],
    });
    expect(await database.rows("select from pg_namespace where nspname = 'hosterizer'")).toEqual(
      [],
    );
  });

  test("refuses to continue when an applied file was edited", async () => {
    await migrate({ ...database.settings, target: 1 });
    await database.write("000001_a", "create table a (id bigint);", "drop table a;");
    expect(await faults()).toEqual(["000001_a up edited"]);
    const run = migrate(database.settings);
    await expect(run).rejects.toThrow(
      /000001_a\.up\.sql: the file was edited after it was applied on/,
    );
    expect(await database.rows("select from pg_class where relname = 'b'")).toEqual([]);
  });

  test("distinguishes an edit of comments and white space", async () => {
    await migrate(database.settings);
    await database.write("000001_a", "-- why\ncreate table a\n  (id int);", "drop table a;");
    await expect(migrate(database.settings)).rejects.toThrow(
      "was edited (in comments and white space only) after",
    );
  });

  test("treats a file with other line ends as unchanged", async () => {
    await database.write("000001_a", "create table a (\n  id int\n);\n", "drop table a;\n");
    await migrate(database.settings);
    await database.write("000001_a", "create table a (\r\n  id int\r\n);\r\n", "drop table a;\r\n");
    expect(await faults()).toEqual([]);
  });

  test("runs once such an edit is recorded", async () => {
    await migrate({ ...database.settings, target: 1 });
    await database.write("000001_a", "-- why\ncreate table a (id int);", "drop table a; -- too");
    expect(await faults()).toEqual(["000001_a up edited", "000001_a down edited"]);
    const { connection, owner } = database.settings;
    const { migrations } = await readMigrationState(database.settings);
    await withClient(connection, "test", async (client) => {
      await client.query(`set role ${owner}`);
      await rerecordFiles(client, migrations);
    });
    expect(await faults()).toEqual([]);
    expect(await migrate(database.settings)).toEqual(["000002_b"]);
  });

  test("lets a corrected down file undo its migration, and refuses to migrate up meanwhile", async () => {
    await migrate({ ...database.settings, target: 1 });
    await database.write("000001_a", "create table a (id int);", "drop table a cascade;");
    expect(await faults()).toEqual(["000001_a down edited"]);
    await expect(migrate(database.settings)).rejects.toThrow(
      /000001_a\.down\.sql: the file was edited after it was applied on/,
    );
    expect(await rollback({ ...database.settings, target: 0 })).toEqual(["000001_a"]);
    expect(await migrate(database.settings)).toEqual(["000001_a", "000002_b"]);
    expect(await faults()).toEqual([]);
  });

  test("recognizes a renamed migration by its text", async () => {
    await migrate(database.settings);
    await remove("000002_b");
    await database.write("000002_better", "create table b (id int);", "drop table b;");
    await expect(migrate(database.settings)).rejects.toThrow(
      "000002_b: it was renamed to 000002_better after it was applied on",
    );
    await expect(rollback({ ...database.settings, target: 1 })).rejects.toThrow("000002_b");
    expect(await faults()).toEqual(["000002_b renamed"]);
    expect((await readMigrationState(database.settings)).pending).toEqual([]);
  });

  test("prefers what happened to an applied migration to a gap or a duplicate number", async () => {
    await migrate(database.settings);
    await remove("000001_a");
    await database.write("000002_c", "select 1;");
    expect(await faults()).toEqual(["000001_a missing", "000002_c overtaken"]);
    expect((await readMigrationState(database.settings)).pending).toEqual([]);

    await database.write("000004_d", "select 1;");
    await expect(faults()).rejects.toThrow("number 000004 follows 000002");
  });

  test("refuses a folder without an applied migration", async () => {
    await migrate(database.settings);
    await remove("000002_b");
    await expect(migrate(database.settings)).rejects.toThrow(
      "000002_b: it is applied to the database",
    );
    await expect(rollback({ ...database.settings, target: 1 })).rejects.toThrow("000002_b");
    expect(await faults()).toEqual(["000002_b missing"]);
  });

  test("refuses a migration that a later one has overtaken", async () => {
    await migrate(database.settings);
    await database.run("delete from hosterizer.schema_migrations where name = '000001_a'");
    await expect(migrate(database.settings)).rejects.toThrow(
      /000001_a\.up\.sql: it is not applied, but 000002_b, which comes after it, is/,
    );
    expect(await faults()).toEqual(["000001_a overtaken"]);
  });

  test("is undone by number, even if the clock was set back between two runs", async () => {
    await migrate(database.settings);
    await database.run(
      "update hosterizer.schema_migrations set run_on = run_on - interval '1 day' where name = '000002_b'",
    );
    expect(await rollback({ ...database.settings, target: 0 })).toEqual(["000002_b", "000001_a"]);
    expect(await database.rows("select from pg_class where relname in ('a', 'b')")).toEqual([]);
  });

  test("never contains a migration without its files, or files without their migration", async () => {
    await migrate(database.settings);
    await rollback({ ...database.settings, target: 1 });
    const rows = await database.rows(
      `select ledger.name, length(up_sha256) as up, length(down_sha256) as down
      from hosterizer.schema_migrations as ledger full join hosterizer.migration_files using (name)`,
    );
    expect(rows).toEqual([{ name: "000001_a", up: 64, down: 64 }]);
  });
});
