import { expect, test } from "vitest";

import { Privileges } from "../../../components/privileges";
import { grants } from "../../../database/grants";
import { tenancy } from "../../../database/tenancy";
import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import { instance } from "./instance";
import { record } from "./record";

function privileges(declared: readonly GrantDeclaration[]) {
  const schemas = { public: "public", monitoring: "monitoring", hosterizer: "hosterizer" };
  return record(() => {
    const connection = { host: "127.0.0.1", port: 5433, database: "hosterizer", user: "migrator" };
    const tables = { connection, tenancy };
    const args = { instance: instance(), database: "hosterizer", owner: "owner", schemas, tables };
    new Privileges("access", { ...args, grants: declared });
  });
}

test("lets the application change rows of every table", async () => {
  const recorded = await privileges(grants);
  expect(recorded.get("TablePrivileges access-app_user-public-tables")?.inputs).toMatchObject({
    role: "app_user",
    schema: "public",
    privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    owner: "owner",
  });
});

test("a grant that names a table is part of the role's grants on all tables", async () => {
  const recorded = await privileges(grants);
  expect(recorded.get("TablePrivileges access-app_user-public-tables")?.inputs).toMatchObject({
    tables: [
      { table: "users", privileges: { UPDATE: expect.not.arrayContaining(["role"]) as string[] } },
      { table: "policies", privileges: { SELECT: "all" } },
    ],
  });
  const names = [...recorded.keys()].filter((name) => name.includes("app_user"));
  expect(names.sort()).toEqual([
    "Grant access-app_user-database",
    "Grant access-app_user-public",
    "TablePrivileges access-app_user-public-tables",
  ]);
});

test("lets a reader only select", async () => {
  const recorded = await privileges(grants);
  for (const name of [
    "TablePrivileges access-app_readonly-public-tables",
    "Grant access-app_backup-public-tables",
  ]) {
    expect(recorded.get(name)?.inputs).toMatchObject({ privileges: ["SELECT"] });
  }
});

test("lets only backups read a table as soon as it exists", async () => {
  const recorded = await privileges(grants);
  const future = [...recorded].filter(
    ([name, { inputs }]) =>
      name.startsWith("DefaultPrivileges ") && inputs["objectType"] === "table",
  );
  expect(future.map(([, { inputs }]) => inputs["role"])).toEqual(["app_backup", "app_backup"]);
});

test("gives monitoring no table", async () => {
  const recorded = await privileges(grants);
  const monitoring = [...recorded.keys()].filter((name) => name.includes("app_monitor"));
  expect(monitoring.sort()).toEqual([
    "Grant access-app_monitor-database",
    "Grant access-app_monitor-monitoring",
  ]);
});

test("revokes PUBLIC's privileges with an empty list", async () => {
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

test("changes the privileges on one object one after the other, with any resource type", async () => {
  const recorded = await privileges(grants);
  const waits = (name: string): string[] => {
    const before = recorded.get(name)?.waitsFor ?? [];
    return [...before, ...before.flatMap(waits)];
  };
  const names = [...recorded.keys()].filter((name) => /^(Grant|TablePrivileges) /.test(name));
  const objects = new Set(names.map((name) => name.replace(/^.* access-[a-z_]+-/, "")));
  expect([...objects]).toEqual(expect.arrayContaining(["database", "public", "public-tables"]));

  for (const object of objects) {
    const its = names.filter((name) => name.replace(/^.* access-[a-z_]+-/, "") === object);
    for (const [index, name] of its.entries()) {
      expect(waits(name)).toEqual(expect.arrayContaining(its.slice(0, index)));
    }
  }
});
