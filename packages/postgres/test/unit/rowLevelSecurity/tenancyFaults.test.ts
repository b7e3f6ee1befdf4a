import { expect, test } from "vitest";

import type { MigratedTable } from "../../../src/rowLevelSecurity/migratedTables";
import type { ExemptTable, Tenancy } from "../../../src/rowLevelSecurity/tenancy";
import { tenancyFaults } from "../../../src/rowLevelSecurity/tenancyFaults";

const sites = { schema: "public", table: "sites", column: "customer_id" };
const tenancy: Tenancy = {
  administrators: "session",
  tables: [sites],
  tenantRoles: ["app"],
  administratorRoles: ["admin"],
  backupRoles: [],
};
const roles = [{ name: "app", login: true, purpose: "" }];
const table = (columns: string[], changed: Partial<MigratedTable> = {}): MigratedTable => ({
  columns: new Set(columns),
  references: new Map(),
  isChild: false,
  ...changed,
});
const migrated = {
  tables: new Map([["public.sites", table(["id", "customer_id"])]]),
  views: new Set<string>(),
  complete: true,
};
const withTable = (name: string, made: MigratedTable) => ({
  ...migrated,
  tables: new Map([...migrated.tables, [name, made]]),
});
const messages = (changed: Partial<Tenancy>, tables = migrated) =>
  tenancyFaults({ ...tenancy, ...changed }, roles, tables).map(({ message }) => message);

test("accepts an existing table, column and role", () => {
  expect(messages({})).toEqual([]);
});

test("needs the administrators' role only if it is used", () => {
  expect(messages({ administrators: "role" })).toEqual([
    'role "admin" in database/tenancy.ts: not declared.\n' +
      "Declare it in database/roles.ts, or remove it from database/tenancy.ts.",
  ]);
});

test("refuses a predefined role's rights only for a tenant's role", () => {
  const privileged = (name: string) => ({
    ...roles[0],
    login: true,
    purpose: "",
    name,
    memberOf: ["pg_read_all_data", "staff"],
  });
  const faults = tenancyFaults(tenancy, [privileged("app"), privileged("admin")], migrated);
  expect(faults.map(({ message }) => message)).toEqual([
    'role "app" in database/roles.ts: it is one of tenantRoles in database/tenancy.ts, but has the rights of pg_read_all_data, which no policy limits.\n' +
      "Remove pg_read_all_data from its memberOf, and declare another role for what needs it.",
  ]);
});

test("refuses a table that no migration creates", () => {
  const [message] = messages({ tables: [{ ...sites, table: "shops" }] });
  expect(message).toContain(
    "tenant table public.shops in database/tenancy.ts: no migration creates it",
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

test("leaves tables to the server if the migrations cannot be analyzed", () => {
  const tables = [{ ...sites, table: "shops" }];
  expect(messages({ tables }, { ...migrated, complete: false })).toEqual([]);
});

const toSites = new Map([["logs_site_fkey", { target: "public.sites", columns: ["site"] }]]);

test.each<[what: string, name: string, made: MigratedTable, fault: RegExp]>([
  [
    "a tenant's column",
    "public.logs",
    table(["customer_id"]),
    /^table public\.logs of the migrations: it has a tenant column customer_id.*\n.*{ schema: "public", table: "logs", column: "customer_id" }/,
  ],
  [
    "a foreign key to a tenant table",
    "other.logs",
    table(["site"], { references: toSites }),
    /^table other\.logs of the migrations: it refers to the tenant table public\.sites/,
  ],
])(
  "refuses a table with %s that is not declared, unless it is exempt",
  (_what, name, made, fault) => {
    const tables = withTable(name, made);
    expect(messages({}, tables)).toEqual([expect.stringMatching(fault)]);
    const [schema = "", exempt = ""] = name.split(".");
    const exemptTables = [{ schema, table: exempt, reason: "everyone's" }];
    expect(messages({ exemptTables }, tables)).toEqual([]);
  },
);

test.each<[what: string, name: string, made: MigratedTable]>([
  ["a partition", "public.sites_1", table(["customer_id"], { isChild: true })],
  ["other columns", "public.logs", table(["id", "name"])],
  ["such a column, but no tenant tables beside it", "other.logs", table(["customer_id"])],
])("ignores a table with %s", (_what, name, made) => {
  expect(messages({}, withTable(name, made))).toEqual([]);
});

test.each<[what: string, exempt: Partial<ExemptTable>, fault: string]>([
  ["of no migration", { table: "gone" }, "no migration creates it"],
  ["without a reason", { table: "logs", reason: " " }, "no reason is given"],
  ["that is declared too", { table: "sites" }, "declared twice"],
])("refuses an exempt table %s", (_what, exempt, fault) => {
  const exemptTables = [{ schema: "public", table: "logs", reason: "everyone's", ...exempt }];
  const found = messages({ exemptTables }, withTable("public.logs", table(["name"])));
  expect(found).toEqual([expect.stringContaining(fault)]);
});

test.each([
  ["sites", ["id"], undefined],
  [
    "sites",
    ["id", "nmae"],
    'sensitive columns of table public.sites in database/tenancy.ts: the table has no column "nmae".\nName some of its columns: id, customer_id.',
  ],
  [
    "shops",
    ["name"],
    "sensitive columns of table public.shops in database/tenancy.ts: no migration creates the table.\nAdd the migration that creates it, or remove it from sensitiveColumns in database/tenancy.ts.",
  ],
  [
    "sites",
    ["customer_id"],
    'sensitive columns of table public.sites in database/tenancy.ts: "customer_id" is the tenant column, whose statistics every plan needs.\nRemove it from sensitiveColumns in database/tenancy.ts.',
  ],
])("judges the sensitive columns of %s: %j", (name, columns, fault) => {
  const sensitiveColumns = [{ schema: "public", table: name, columns }];
  expect(messages({ sensitiveColumns })).toEqual(fault === undefined ? [] : [fault]);
});

test("refuses a table whose sensitive columns are declared twice", () => {
  const declared = { schema: "public", table: "sites", columns: ["id"] };
  expect(messages({ sensitiveColumns: [declared, declared] })).toEqual([
    "sensitive columns of table public.sites in database/tenancy.ts: declared twice.\nRemove one of the two.",
  ]);
});
