import { expect, test } from "vitest";

import { Privileges } from "../../../components/privileges";
import { grants } from "../../../database/grants";
import type { GrantDeclaration } from "../../../postgres/access/declarations";
import { instance } from "./instance";
import { record } from "./record";

function privileges(declared: readonly GrantDeclaration[]) {
  const schemas = { public: "public", monitoring: "monitoring", hosterizer: "hosterizer" };
  return record(() => {
    const args = { instance: instance(), database: "hosterizer", owner: "owner", schemas };
    new Privileges("access", { ...args, grants: declared });
  });
}

test("lets the application change rows of every table, those of later migrations too", async () => {
  const recorded = await privileges(grants);
  const onTables = { role: "app_user", schema: "public", objectType: "table" };
  const expected = { ...onTables, privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"] };
  expect(recorded.get("Grant access-app_user-public-tables")?.inputs).toMatchObject(expected);
  const future = recorded.get("DefaultPrivileges access-app_user-public-tables-future");
  expect(future?.inputs).toMatchObject({ ...expected, owner: "owner" });
});

test("lets a reader select, and no more", async () => {
  const recorded = await privileges(grants);
  for (const role of ["app_readonly", "app_backup"]) {
    const grant = recorded.get(`Grant access-${role}-public-tables`);
    expect(grant?.inputs).toMatchObject({ privileges: ["SELECT"] });
  }
});

test("gives monitoring no table", async () => {
  const recorded = await privileges(grants);
  const monitoring = [...recorded.keys()].filter((name) => name.includes("app_monitor"));
  expect(monitoring.sort()).toEqual([
    "Grant access-app_monitor-database",
    "Grant access-app_monitor-monitoring",
  ]);
});

test("takes from everyone what everyone has by an empty list", async () => {
  const recorded = await privileges([{ role: "public", on: "database", privileges: [] }]);
  expect(recorded.get("Grant access-public-database")?.inputs).toEqual({
    database: "hosterizer",
    role: "public",
    objectType: "database",
    privileges: [],
  });
});

test("never grants what row-level security does not bind", async () => {
  const recorded = await privileges(grants);
  const granted = [...recorded.values()].flatMap(({ inputs }) => inputs["privileges"] ?? []);
  expect(granted).not.toEqual(expect.arrayContaining(["TRUNCATE"]));
  for (const forbidden of ["TRUNCATE", "REFERENCES", "TRIGGER", "CREATE", "TEMPORARY"]) {
    expect(granted).not.toContain(forbidden);
  }
});
