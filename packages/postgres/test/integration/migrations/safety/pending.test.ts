import { afterAll, beforeAll, expect, test } from "vitest";

import { provider } from "../../../../../../components/dynamic/migrationsProvider";
import { migrate } from "../../../../src/migrations/migrate";
import { readRowEstimates } from "../../../../src/migrations/safety/statementLocks";
import { createMigrationDatabase, type MigrationDatabase } from "../migrationDatabase";
import { noTenants } from "../noTenants";

let database: MigrationDatabase;

beforeAll(async () => {
  database = await createMigrationDatabase();
  await database.write(
    "000001_base",
    `create table public.large (id integer);
     create table public.small (id integer);
     create table public.split (id integer) partition by range (id);
     create table public.split_a partition of public.split for values from (0) to (9000);
     create table public.split_b partition of public.split for values from (9000) to (20000);
     insert into public.large select generate_series(1, 12000);
     insert into public.split select generate_series(1, 12000);
     insert into public.small values (1)`,
  );
  await migrate(database.settings);
});
afterAll(() => database.drop());

function pending(unsafe: "refused" | "told", releasedVersion = 1) {
  const inputs = {
    ...database.settings,
    schemas: ["public"],
    lockTimeout: 500,
    tenancy: noTenants,
    grants: [],
    acknowledgedLoss: {},
    releasedVersion,
    unsafe,
    version: 0,
  };
  return provider.check(inputs, inputs);
}

test("the size of a table comes from its statistics, or else from its files", async () => {
  const sizes = async () => new Map(await readRowEstimates(database.settings.connection));
  const before = await sizes();
  expect(before.get("public.large")).toBeGreaterThan(3_000);
  await database.run("analyze");
  const after = await sizes();
  expect(after.get("public.large")).toBe(12_000);
  expect(after.get("public.split")).toBe(12_000);
  expect(after.get("public.small")).toBe(1);
});

test("what harms a large table is reported with its size, or refused; a small table has no findings", async () => {
  await database.write(
    "000002_next",
    `alter table public.small alter id type bigint;
     alter table public.large alter id type bigint;
     alter table public.split add constraint c check (id > 0);
     create table public.fresh (id integer); create index fresh_idx on public.fresh (id)`,
    "drop table public.fresh",
  );
  const told = await pending("told");
  expect(told.failures).toBeUndefined();
  expect((told.inputs as { pending: string[] }).pending).toEqual([
    "000002_next",
    expect.stringMatching(
      /^unsafe: .*000002_next\.up\.sql:2: it locks public\.large with about 12000 rows in ACCESS EXCLUSIVE mode and rewrites it \(rewrites-table\)$/,
    ),
    expect.stringMatching(/000002_next\.up\.sql:3: it locks public\.split with about 12000 rows/),
  ]);
  const { failures = [] } = await pending("refused");
  expect(failures).toHaveLength(1);
  expect(failures[0]?.reason).toContain("it locks public.large with about 12000 rows");
  expect(failures[0]?.reason).toContain("-- safety: rewrites-table because …");
});

test("accepts released migrations, and findings that are waived with a reason", async () => {
  expect((await pending("refused", 2)).failures).toBeUndefined();
  await database.write(
    "000002_next",
    "-- safety: rewrites-table because it is done at night\nalter table public.large alter id type bigint",
  );
  expect((await pending("refused")).failures).toBeUndefined();
});
