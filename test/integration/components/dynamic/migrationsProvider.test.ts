import { readdir } from "node:fs/promises";

import { Client } from "pg";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";

import { runnerLockKey } from "@hosterizer/postgres/migrations/runnerLock";
import { provider } from "../../../../components/dynamic/migrationsProvider";
import {
  createMigrationDatabase,
  type MigrationDatabase,
} from "../../../../packages/postgres/test/integration/migrations/migrationDatabase";
import { noTenants } from "../../../../packages/postgres/test/integration/migrations/noTenants";

// Earlier files of this process have loaded the real one.
vi.hoisted(() => vi.resetModules());
vi.mock("node:fs/promises", { spy: true });
afterAll(() => {
  vi.doUnmock("node:fs/promises");
  vi.resetModules();
});

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
  grants: [],
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

test("a run that another one keeps waiting names its session and what to do, without a stack trace", async () => {
  await database.write("000001_a", "create table a (id int);");
  const other = new Client({ ...database.superuser, application_name: "a long report" });
  await other.connect();
  await other.query("select pg_advisory_lock($1, $2)", [...runnerLockKey]);

  const waiting = provider.create({ ...inputs(), ...{ runnerWaitMs: 0 } });
  await expect(waiting).rejects.toMatchObject({
    properties: { version: 0 },
    reasons: [
      expect.stringMatching(/has not ended in 0 s: pid \d+ \(a long report.*\nWait for it/),
    ],
  });
  await other.end();
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
