import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { readSchemaDrift } from "../../../src/schema/schemaDrift";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { createMigrationDatabase, type MigrationDatabase } from "../migrations/migrationDatabase";

const shop = readFileSync(join(__dirname, "shop.sql"), "utf8");

describe("restoring beside other sessions", () => {
  let database: MigrationDatabase;
  let other: Client;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_open_shop", shop);
    await migrate(database.settings);
    await database.keep();
  });
  beforeEach(async () => {
    await database.reset();
    other = new Client(database.superuser);
    await other.connect();
  });
  afterEach(() => other.end());
  afterAll(() => database.drop());

  const expectation = () => ({
    owner: database.settings.owner,
    schemas: ["public"],
    directory: database.settings.directory,
  });
  const drift = async () =>
    (await readSchemaDrift(database.settings.connection, expectation())).map(renderDifference);
  const restore = () =>
    restoreSchema({
      connection: database.settings.connection,
      deployer: database.superuser,
      ...expectation(),
    });
  const waitFor = async (sql: string) => {
    for (let attempt = 0; attempt < 200; attempt++) {
      if ((await database.rows(sql)).length > 0) return;
      await sleep(25);
    }
    throw new Error(`this did not come to pass: ${sql}`);
  };
  const building = `select pid from pg_catalog.pg_stat_activity
    where datname = current_database() and query ~* '^create (unique )?index concurrently' and wait_event_type = 'Lock'`;

  test("an index is built while others write its table", async () => {
    await database.run(
      `drop index public.shops_city_idx;
       alter table public.shops drop constraint shops_name_city_key`,
    );
    await other.query("begin; update public.shops set city = 'Rome' where id = 1");
    const restored = restore();
    await waitFor(building);
    await database.run(
      "set lock_timeout = '1s'; insert into public.shops (name, city) values ('new', 'Rome')",
    );
    await other.query("commit");
    await restored;
    expect(await drift()).toEqual([]);
  });

  test("the next update drops what an interrupted build left, and builds it", async () => {
    await database.run("drop index public.shops_city_idx");
    await other.query("begin; update public.shops set city = 'Rome' where id = 1");
    const failed = restore().then(
      () => "it did not fail",
      (error: unknown) => String(error),
    );
    await waitFor(building);
    await database.run(`select pg_catalog.pg_terminate_backend(pid) from (${building}) as builds`);
    expect(await failed).toMatch(/index public\.shops_city_idx could not be restored/);
    expect(await drift()).toContain("index public.shops_city_idx: found INVALID, expected VALID");
    await other.query("commit");
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("waits in short attempts for a lock that is held for a while", async () => {
    await database.run("alter table public.shops disable trigger shops_stamp");
    await other.query("begin; lock table public.shops in share mode");
    const restored = restore();
    await sleep(900);
    await other.query("commit");
    await restored;
    expect(await drift()).toEqual([]);
  });

  test("two updates at once both succeed", async () => {
    await database.run(
      `drop index public.shops_city_idx; drop view public.busiest;
       alter table public.shops drop constraint shops_name_check, alter column city drop not null`,
    );
    await Promise.all([restore(), restore()]);
    expect(await drift()).toEqual([]);
  });

  test("an interrupted NOT NULL leaves a check that the next update drops", async () => {
    await database.run(
      `alter table public.shops alter column city drop not null;
       alter table public.shops add constraint hosterizer_not_null_5f6a2c1b check (city is not null) not valid`,
    );
    expect(await drift()).toHaveLength(2);
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("the deploying login gives the owner an object of another role; without that login the error names it", async () => {
    const { user: stranger } = await database.role("stranger");
    await database.run(
      `grant create on schema public to ${stranger};
       alter table public.sales_2025 owner to ${stranger};
       alter table public.sales_2025 alter column amount set default 3`,
    );
    const weak = { ...expectation(), connection: database.settings.connection };
    await expect(restoreSchema(weak)).rejects.toThrow(
      /column public\.sales_2025\.amount could not be restored: must be owner of table sales_2025 \(42501\)\n.*alter … owner to/,
    );
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("a ledger that another role owns is given to the owner before it is read", async () => {
    const { user: stranger } = await database.role("another");
    await database.run(
      `grant create on schema hosterizer to ${stranger};
       alter table hosterizer.schema_migrations owner to ${stranger};
       drop index public.shops_city_idx`,
    );
    await restore();
    expect(await drift()).toEqual([]);
  });
});
