import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { renderDifference } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { recordSchema } from "../../../src/schema/record/schemaRecord";
import { createTenantDatabase } from "./tenantDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

async function drift(version = 0) {
  return readRowLevelSecurityDrift(database.owner, database.security, version);
}

test.each<[what: string, taken: string, kind: string, line: string, migration: string]>([
  [
    "index",
    "drop index public.deployments_customer_id_site_id_created_at_idx",
    "tenant column without index",
    "column public.deployments.customer_id: found no index begins with it, expected first in an index",
    "create index on public.deployments (customer_id)",
  ],
  [
    "NOT NULL",
    "alter table public.sites alter column customer_id drop not null",
    "tenant column without NOT NULL",
    "column public.sites.customer_id: found NULL allowed, expected NOT NULL",
    "alter table public.sites alter column customer_id set not null",
  ],
  [
    "foreign key",
    "alter table public.sites drop constraint sites_customer_id_fkey",
    "tenant column without foreign key",
    "column public.sites.customer_id: found neither, expected part of a foreign key, or the primary key",
    "alter table public.sites add foreign key (customer_id) references public.customers (id)",
  ],
])(
  "names a tenant column without %s, with the migration to write, and fails until it has run",
  async (_what, taken, kind, line, migration) => {
    await database.run(taken);
    const found = await drift();
    expect(found).toMatchObject([{ kind, repair: "refused" }]);
    expect(found.map(renderDifference)[0]).toContain(line);
    expect(found.map(renderDifference)[0]).toContain(
      `write a migration: ${migration} (up refuses)`,
    );
    const update = () => applyRowLevelSecurity(database.owner, database.security);
    await expect(update()).rejects.toThrow(line);

    await database.run(`set role ${database.owner.user}; ${migration}`);
    expect(await drift()).toEqual([]);
    await update();
  },
);

test("the tenants' own table needs a primary key instead", async () => {
  await database.run("alter table public.customers drop constraint customers_pkey cascade");
  const lines = (await drift()).map(renderDifference);
  expect(lines).toContainEqual(
    expect.stringContaining("write a migration: alter table public.customers add primary key (id)"),
  );
  await database.run(`
    alter table public.customers add constraint customers_pkey primary key (id);
    alter table public.sites add constraint sites_customer_id_fkey
      foreign key (customer_id) references public.customers`);
  expect(await drift()).toEqual([]);
});

test("does not report it while a pending migration may add it", async () => {
  await database.run("alter table public.sites alter column customer_id drop not null");
  expect(await drift(10)).toEqual([]);
  await database.run("alter table public.sites alter column customer_id set not null");
});

test.each([
  [{ table: "shops" }, "tenant table missing", "table public.shops is missing"],
  [{ column: "shop" }, "tenant column missing", "column public.sites.shop is missing"],
  [{ column: "name" }, "tenant column type", "column public.sites.name: found type text"],
])("refuses an impossible declaration: %o", async (changed, kind, line) => {
  const rest = database.tenancy.tables.filter(({ table }) => table !== "sites");
  const sites = { schema: "public", table: "sites", column: "customer_id", ...changed };
  const tenancy = {
    ...database.tenancy,
    tables: [...rest, sites],
    exemptTables: [{ schema: "public", table: "sites", reason: "not in this test" }],
  };
  const wanted = { ...database.security, tenancy };
  const found = await readRowLevelSecurityDrift(database.owner, wanted, 0);
  expect(found).toContainEqual(expect.objectContaining({ kind, repair: "refused" }));
  await expect(applyRowLevelSecurity(database.owner, wanted)).rejects.toThrow(line);
  // Until the declaration is corrected, the table shows no rows: there is no column to compare in a policy.
  await applyRowLevelSecurity(database.owner, database.security);
});

test("leaves what the recorded schema restores to the schema's drift", async () => {
  const { owner } = database;
  await database.run(`create schema hosterizer authorization ${owner.user}`);
  const scope = { schemas: ["public"], owner: owner.user };
  await withClient(owner, "test", (client) => recordSchema(client, scope));
  await database.run(`
    drop index public.cost_records_customer_id_cost_date_idx, public.cost_records_customer_id_site_id_idx;
    alter table public.sites alter column customer_id drop not null;
    alter table public.deployments drop constraint deployments_site_id_customer_id_fkey`);
  expect(await drift()).toEqual([]);

  await withClient(owner, "test", (client) => recordSchema(client, scope, { reason: "meant" }));
  expect((await drift()).map(({ kind, object }) => `${kind}: ${object}`)).toEqual([
    "tenant column without NOT NULL: column public.sites.customer_id",
    "tenant column without foreign key: column public.deployments.customer_id",
    "tenant column without index: column public.cost_records.customer_id",
  ]);
});
