import { readFile } from "node:fs/promises";

import { beforeAll, describe, expect, test } from "vitest";

import { grants } from "../../../../../database/grants";
import { tenancy } from "../../../../../database/tenancy";
import { shippedMigrations } from "../../../../../test/shippedMigrations";
import type { ColumnPrivileges, GrantDeclaration } from "../../../src/access/declarations";
import { grantsAt, tableGrantFaults, unlistedColumns } from "../../../src/audit/tableGrants";
import { migratedTables, type MigratedTables } from "../../../src/rowLevelSecurity/migratedTables";

const sql = `create table public.people (id bigint, name text, secret text);
  create table public.logs (at date) partition by range (at);
  create table public.logs_2026 partition of public.logs default;
  create view public.names as select name from public.people;`;

let migrated: MigratedTables;
beforeAll(async () => {
  migrated = await migratedTables([sql]);
});

const none = { tables: [], backupRoles: ["dumper"] };

function grant(
  privileges: ColumnPrivileges,
  { table = "people", role = "app" } = {},
): GrantDeclaration {
  return { role, on: "table", schema: "public", table, privileges };
}

const faultsOf = (...declared: GrantDeclaration[]) =>
  tableGrantFaults(declared, none, migrated).map(({ message }) => message);

const place = 'grant to "app" on table public.people in database/grants.ts';

test("the shipped grants have no faults, and list every column of users", async () => {
  const files = shippedMigrations.map((name) => readFile(`migrations/${name}.up.sql`, "utf8"));
  const shipped = await migratedTables(await Promise.all(files));

  expect(tableGrantFaults(grants, tenancy, shipped)).toEqual([]);
  expect(unlistedColumns(grants, shipped)).toEqual([]);
});

describe("is refused, with what to do:", () => {
  test("a column that the table does not have", () => {
    expect(faultsOf(grant({ UPDATE: ["name", "phone"] }))).toEqual([
      `${place}: UPDATE lists the column "phone", which the table does not have.\nName one of its columns: id, name, secret.`,
    ]);
  });

  test("a table that no migration creates", () => {
    expect(faultsOf(grant({ SELECT: "all" }, { table: "peple" }))).toEqual([
      'grant to "app" on table public.peple in database/grants.ts: no migration creates public.peple.\n' +
        "Correct the name, add the migration that creates it, or remove the grant.",
    ]);
  });

  test("an empty list, and a column that is listed twice", () => {
    expect(faultsOf(grant({ SELECT: [], UPDATE: ["name", "name"] }))).toEqual([
      `${place}: SELECT lists no column.\nRemove SELECT, name columns, or write "all".`,
      `${place}: UPDATE lists the column "name" twice.\nRemove one of the two.`,
    ]);
  });

  test("a partition, whose rows roles reach through its table", () => {
    expect(faultsOf(grant({ SELECT: "all" }, { table: "logs_2026" }))).toEqual([
      expect.stringContaining("public.logs_2026 is a partition or a child of another table"),
    ]);
  });

  test("a line of a role that makes dumps", () => {
    expect(faultsOf(grant({ SELECT: ["name"] }, { role: "dumper" }))).toEqual([
      expect.stringContaining('"dumper" is one of backupRoles in database/tenancy.ts'),
    ]);
  });
});

test("a view is left to the server, and so is everything where SQL builds SQL", async () => {
  const built = await migratedTables([`${sql} do $$ begin execute 'create table t ()'; end $$`]);

  expect(faultsOf(grant({ SELECT: ["name"] }, { table: "names" }))).toEqual([]);
  expect(tableGrantFaults([grant({ UPDATE: ["phone"] })], none, built)).toEqual([]);
});

test("a column that no line lists is told, whoever has a line", () => {
  const declared = [grant({ SELECT: ["id"] }), grant({ UPDATE: ["name"] }, { role: "other" })];

  expect(unlistedColumns(declared, migrated)).toEqual([
    "column public.people.secret: no grant in database/grants.ts lists it, so these roles get only what they have on the whole table: app, other",
  ]);
  expect(unlistedColumns([grant({ SELECT: "all" })], migrated)).toEqual([]);
});

test("at an earlier migration, grants are without what later ones create", async () => {
  const before = await migratedTables(["create table public.people (id bigint, name text)"]);
  const declared = [
    grant({ SELECT: "all", UPDATE: ["name", "secret"], DELETE: "all" }),
    grant({ SELECT: "all" }, { table: "logs" }),
    grant({ SELECT: "all" }, { table: "names" }),
  ];

  expect(grantsAt(declared, before, migrated)).toEqual([
    grant({ SELECT: "all", UPDATE: ["name"], DELETE: "all" }),
  ]);
  expect(grantsAt(declared, migrated, migrated)).toEqual(declared);
});
