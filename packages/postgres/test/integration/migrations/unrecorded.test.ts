import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate, rollback } from "../../../src/migrations/migrate";
import { migrationPlan } from "../../../src/migrations/migrationPlan";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("a database with tables and no ledger", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_a", "create table c (id int);", "drop table c;");
    await database.write("000002_b", "create table d (id int);", "drop table d;");
  });
  afterEach(() => database.drop());

  const plan = () => migrationPlan(database.settings, { acknowledgedLoss: {} });
  const tables = () =>
    database.rows<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1",
    );

  test("is not migrated from the first file, and its tables are named", async () => {
    await database.run(
      `create table a (id int);
       create view b as select 1 as one;
       create table schema_migrations (version bigint primary key, dirty boolean not null)`,
    );
    const before = await tables();
    const message =
      /database \w+: no migration is recorded in hosterizer\.schema_migrations, but the database already has tables: public\.a, public\.b, public\.schema_migrations\./;
    await expect(plan()).rejects.toThrow(message);
    await expect(migrate(database.settings)).rejects.toThrow(message);
    expect(await tables()).toEqual(before);
  });

  test("names ten of them, and counts the others", async () => {
    for (let n = 10; n < 25; n++) await database.run(`create table t${n} (id int)`);
    await expect(migrate(database.settings)).rejects.toThrow("public.t18, public.t19 and 5 more");
  });

  test("is also one whose ledger was emptied", async () => {
    await migrate(database.settings);
    await database.run("delete from hosterizer.schema_migrations");
    await expect(plan()).rejects.toThrow("the database already has tables: public.c, public.d.");
    await expect(migrate(database.settings)).rejects.toThrow("public.c, public.d");
  });

  test("is not one that only extensions have filled, nor one whose migrations were all undone", async () => {
    await database.run("create extension pg_stat_statements schema public");
    expect(await plan()).toEqual(["000001_a", "000002_b"]);
    await migrate(database.settings);
    await rollback({ ...database.settings, target: 0, acknowledgedLoss: {} });
    expect(await migrate(database.settings)).toEqual(["000001_a", "000002_b"]);
  });

  test("is not one whose first file stopped halfway, outside a transaction", async () => {
    const broken =
      "-- no transaction: for the test\ncreate table c (id int);\nselect nothing from c;";
    await database.write("000001_a", broken);
    await expect(migrate(database.settings)).rejects.toMatchObject({ code: "42703" });
    await database.write("000001_a", broken.replace("nothing", "id"));
    expect(await migrate(database.settings)).toEqual(["000001_a", "000002_b"]);
  });
});
