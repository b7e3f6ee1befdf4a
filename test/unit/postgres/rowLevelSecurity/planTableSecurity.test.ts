import fc from "fast-check";
import { expect, test } from "vitest";

import { planTableSecurity } from "../../../../postgres/rowLevelSecurity/planTableSecurity";
import { type Policy, wantedPolicies } from "../../../../postgres/rowLevelSecurity/policies";
import type { TableSecurity } from "../../../../postgres/rowLevelSecurity/readTableSecurity";
import type { Tenancy } from "../../../../postgres/rowLevelSecurity/tenancy";

const table = { schema: "public", table: "sites", column: "customer_id" };
const tenancy: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: ["app_user"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
const wanted = wantedPolicies(tenancy, "customer_id", "owner");
const right: TableSecurity = {
  enabled: true,
  forced: true,
  quotedColumn: "customer_id",
  columnExists: true,
  policies: wanted,
};
const plan = (found: Partial<TableSecurity>) =>
  planTableSecurity({ ...right, ...found }, table, tenancy, "owner");
const [tenants, backup] = wanted as [Policy, Policy];
const stranger: Policy = { ...backup, name: "forgotten", roles: ["public"] };
const bounds =
  "((customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND " +
  "(customer_id <= ( SELECT tenancy.highest_customer_id() AS highest_customer_id)))";

test.each<[string, Partial<TableSecurity>, string[]]>([
  ["already right", {}, []],
  ["disabled", { enabled: false }, ['alter table "public"."sites" enable row level security']],
  ["not forced", { forced: false }, ['alter table "public"."sites" force row level security']],
  [
    "a policy missing",
    { policies: [backup] },
    [
      'create policy "context_sees_own" on "public"."sites" as permissive for ALL ' +
        `to "app_user", "owner" using (${bounds}) with check (${bounds})`,
    ],
  ],
  [
    "a policy beside ours",
    { policies: [tenants, backup, stranger] },
    ['drop policy "forgotten" on "public"."sites"'],
  ],
  [
    "a policy that lets writing through",
    { policies: [tenants, { ...backup, command: "ALL" }] },
    [
      'drop policy "backup_reads_all" on "public"."sites";\n' +
        'create policy "backup_reads_all" on "public"."sites" as permissive for SELECT ' +
        'to "app_backup" using (true)',
    ],
  ],
])("from %s", (_title, found, sql) => {
  expect(plan(found).map((step) => step.sql)).toEqual(sql);
});

test("an administrator by role needs the role and the variable; the application sees one tenant", () => {
  const policies = wantedPolicies({ ...tenancy, administrators: "role" }, "customer_id", "owner");
  expect(policies.map(({ name, roles, using }) => [name, roles, using])).toEqual([
    [
      "tenant_sees_own",
      ["app_user"],
      "(customer_id = ( SELECT tenancy.current_customer_id() AS current_customer_id))",
    ],
    [
      "administrator_sees_all",
      ["app_admin", "owner"],
      "( SELECT tenancy.is_administrator() AS is_administrator)",
    ],
    ["backup_reads_all", ["app_backup"], "true"],
  ]);
});

// What an executor would make of the steps, told from their reasons alone.
const anyPolicy = fc.record({
  name: fc.constantFrom("context_sees_own", "backup_reads_all", "forgotten", "older"),
  command: fc.constantFrom("ALL" as const, "SELECT" as const, "UPDATE" as const),
  permissive: fc.boolean(),
  roles: fc.constantFrom(["app_user", "owner"], ["app_backup"], ["public"]),
  using: fc.constantFrom(bounds, "true", null),
  check: fc.constantFrom(bounds, null),
});

test("reaches what is wanted from anywhere, and then has nothing left to do", () => {
  const anyTable = fc.record({
    enabled: fc.boolean(),
    forced: fc.boolean(),
    policies: fc.uniqueArray(anyPolicy, { selector: ({ name }) => name }),
  });
  fc.assert(
    fc.property(anyTable, (found) => {
      const steps = plan(found);
      const after = run(found, steps.map(({ sql }) => sql).join(";\n"));
      expect(plan(after)).toEqual([]);
    }),
  );
});

function run(found: Pick<TableSecurity, "enabled" | "forced" | "policies">, sql: string) {
  const policies = new Map(found.policies.map((policy) => [policy.name, policy]));
  let { enabled, forced } = found;
  for (const statement of sql.split(";\n")) {
    const name = /policy "(\w+)"/.exec(statement)?.[1] ?? "";
    if (statement.includes(" enable ")) enabled = true;
    if (statement.includes(" force ")) forced = true;
    if (statement.startsWith("drop policy")) policies.delete(name);
    if (statement.startsWith("create policy")) policies.set(name, parse(name, statement));
  }
  return { enabled, forced, policies: [...policies.values()] };
}

function parse(name: string, statement: string): Policy {
  const part = (pattern: RegExp) => pattern.exec(statement)?.[1] ?? null;
  return {
    name,
    permissive: statement.includes("as permissive"),
    command: part(/ for (\w+) /) as Policy["command"],
    roles: (part(/ to (.+?) using/) ?? "").split(", ").map((role) => role.replaceAll('"', "")),
    using: part(/ using \((.+?)\)(?: with check|$)/),
    check: part(/ with check \((.+)\)$/),
  };
}
