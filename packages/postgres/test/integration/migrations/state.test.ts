import { readdir } from "node:fs/promises";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { provider } from "../../../../../components/dynamic/migrationsProvider";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";
import { noTenants } from "./noTenants";

vi.mock("node:fs/promises", { spy: true });

let database: MigrationDatabase;
beforeEach(async () => {
  database = await createMigrationDatabase();
});
afterEach(() => database.drop());

const inputs = () => ({
  ...database.settings,
  schemas: ["public"],
  lockTimeout: 500,
  tenancy: noTenants,
  acknowledgedLoss: {},
  releasedVersion: 0,
  unsafe: "told" as const,
  version: 2,
});
const run = () => provider.create(inputs());

test("the state of a successful run has its final version", async () => {
  await database.write("000001_a", "create table a (id int);");
  await database.write("000002_b", "create table b (id int);");

  expect(await run()).toMatchObject({ outs: { version: 2 } });
});

test("the state of a failed run has the current version", async () => {
  await database.write("000001_a", "create table a (id int);");
  await database.write("000002_b", "select 1/0;");

  const failed = { id: "hosterizer.schema_migrations", properties: { version: 1 } };
  await expect(run()).rejects.toMatchObject(failed);
});

test("a preview reads the folder of migrations once", async () => {
  await database.write("000001_a", "create table a (id int);");
  await run();
  await database.write("000002_b", "create table b (id int);", "drop table b;");
  vi.mocked(readdir).mockClear();

  const checked = await provider.check(inputs(), inputs());
  expect(checked).toMatchObject({ inputs: { version: 2, pending: ["000002_b"] } });
  const readings = vi
    .mocked(readdir)
    .mock.calls.filter(([path]) => path === database.settings.directory);
  expect(readings).toHaveLength(1);
});
