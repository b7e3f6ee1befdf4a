import { expect, test } from "vitest";

import type { Tenancy } from "../../../../postgres/rowLevelSecurity/tenancy";
import { tenancyFaults } from "../../../../postgres/rowLevelSecurity/tenancyFaults";

const sites = { schema: "public", table: "sites", column: "customer_id" };
const tenancy: Tenancy = {
  administrators: "session",
  tables: [sites],
  tenantRoles: ["app"],
  administratorRoles: ["admin"],
  backupRoles: [],
};
const roles = [{ name: "app", login: true, purpose: "" }];
const migrated = {
  tables: new Map([["public.sites", new Set(["id", "customer_id"])]]),
  complete: true,
};
const messages = (changed: Partial<Tenancy>, tables = migrated) =>
  tenancyFaults({ ...tenancy, ...changed }, roles, tables).map(({ message }) => message);

test("finds nothing wrong with a table, a column and a role that are there", () => {
  expect(messages({})).toEqual([]);
});

test("needs the administrators' role only where it is used", () => {
  expect(messages({ administrators: "role" })).toEqual([
    'role "admin" in database/tenancy.ts: not declared.\n' +
      "Declare it in database/roles.ts, or take it out of database/tenancy.ts.",
  ]);
});

test("refuses a table that no migration creates", () => {
  const [message] = messages({ tables: [{ ...sites, table: "shops" }] });
  expect(message).toContain(
    "public.shops in database/tenancy.ts: no migration creates such a table",
  );
});

test("refuses a column that the table does not have, and names those it has", () => {
  const [message] = messages({ tables: [{ ...sites, column: "tenant" }] });
  expect(message).toContain(
    'the table has no column "tenant".\nName one of its columns: id, customer_id',
  );
});

test("refuses a table declared twice", () => {
  expect(messages({ tables: [sites, sites] })).toHaveLength(1);
});

test("leaves tables to the server where migrations cannot be read beforehand", () => {
  const tables = [{ ...sites, table: "shops" }];
  expect(messages({ tables }, { ...migrated, complete: false })).toEqual([]);
});
