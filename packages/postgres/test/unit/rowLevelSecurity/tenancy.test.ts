import { expect, test } from "vitest";

import { migratedTables } from "../../../src/rowLevelSecurity/migratedTables";
import { type Tenancy, tenancyAt } from "../../../src/rowLevelSecurity/tenancy";

const tenancy: Tenancy = {
  administrators: "session",
  tables: [
    { schema: "public", table: "sites", column: "customer_id" },
    { schema: "public", table: "costs", column: "customer_id" },
    { schema: "public", table: "unknown", column: "customer_id" },
  ],
  tenantRoles: [],
  administratorRoles: [],
  backupRoles: [],
};
const files = [
  "create table public.sites (customer_id int)",
  "create table public.costs (customer_id int)",
];

test("omits what a later migration creates, and allows it to exist", async () => {
  const found = tenancyAt(
    tenancy,
    await migratedTables(files.slice(0, 1)),
    await migratedTables(files),
  );
  expect(found.tables.map(({ table }) => table)).toEqual(["sites", "unknown"]);
  expect(found.exemptTables).toMatchObject([{ schema: "public", table: "costs" }]);
});

test("is the declared one if nothing is omitted", async () => {
  const all = await migratedTables(files);
  expect(tenancyAt(tenancy, all, all)).toEqual(tenancy);
});

test("omits sensitive columns that a later migration creates", async () => {
  const sensitive = (table: string, columns: string[]) => ({ schema: "public", table, columns });
  const declared = {
    ...tenancy,
    sensitiveColumns: [
      sensitive("sites", ["customer_id", "name"]),
      sensitive("costs", ["customer_id"]),
      sensitive("unknown", ["name"]),
    ],
  };
  const later = [...files, "alter table public.sites add column name text"];
  const at = async (target: number) =>
    tenancyAt(
      declared,
      await migratedTables(later.slice(0, target)),
      await migratedTables(later),
    ).sensitiveColumns?.map(({ table, columns }) => `${table}: ${columns.join(", ")}`);
  expect(await at(1)).toEqual(["sites: customer_id", "unknown: name"]);
  expect(await at(2)).toEqual(["sites: customer_id", "costs: customer_id", "unknown: name"]);
  expect(await at(3)).toEqual(["sites: customer_id, name", "costs: customer_id", "unknown: name"]);
});
