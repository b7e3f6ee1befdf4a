import { afterEach, beforeEach, expect, test } from "vitest";

import { provider } from "../../../../../components/dynamic/migrationsProvider";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";
import { noTenants } from "./noTenants";

let database: MigrationDatabase;
beforeEach(async () => {
  database = await createMigrationDatabase();
});
afterEach(() => database.drop());

const run = () =>
  provider.create({
    ...database.settings,
    schemas: ["public"],
    lockTimeout: 500,
    tenancy: noTenants,
    acknowledgedLoss: {},
    releasedVersion: 0,
    unsafe: "told",
    version: 2,
  });

test("the state of a run that went well has the version that it led to", async () => {
  await database.write("000001_a", "create table a (id int);");
  await database.write("000002_b", "create table b (id int);");

  expect(await run()).toMatchObject({ outs: { version: 2 } });
});

test("the state of a run that failed has the version that there is", async () => {
  await database.write("000001_a", "create table a (id int);");
  await database.write("000002_b", "select 1/0;");

  const failed = { id: "hosterizer.schema_migrations", properties: { version: 1 } };
  await expect(run()).rejects.toMatchObject(failed);
});
