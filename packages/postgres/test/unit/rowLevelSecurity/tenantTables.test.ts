import fc from "fast-check";
import { expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { planTableSecurity, type TableSecurity } from "../../../src/rowLevelSecurity/tenantTables";
import { type Policy, wantedPolicies } from "../../../src/rowLevelSecurity/policies";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

const tenancy: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: ["app_user"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
const wanted = wantedPolicies(tenancy, "customer_id", "owner");
const right: TableSecurity = {
  schema: "public",
  table: "sites",
  column: "customer_id",
  quoted_table: "public.sites",
  quoted_column: "customer_id",
  column_type: "bigint",
  level: 0,
  ordinal: 1,
  owner: "owner",
  is_ours: true,
  enabled: true,
  forced: true,
  not_null: true,
  indexed: true,
  refers: true,
  is_key: false,
  policies: wanted,
};
const plan = (found: Partial<TableSecurity>) =>
  planTableSecurity({ ...right, ...found }, { tenancy, owner: "owner" });
const sqlOf = (found: Partial<TableSecurity>) =>
  plan(found).flatMap(({ sql }) => (sql === undefined ? [] : [sql]));
const [tenants, backup] = wanted as [Policy, Policy];
const stranger: Policy = { ...backup, name: "forgotten", using: "true" };
const bounds =
  "(tenancy.acts_as('{app_user,owner}'::name[]) AND (customer_id >= ( SELECT tenancy.lowest_customer_id() AS lowest_customer_id)) AND " +
  "(customer_id <= ANY (ARRAY[( SELECT tenancy.highest_customer_id() AS highest_customer_id)])))";

test.each<[string, Partial<TableSecurity>, string[]]>([
  ["already right", {}, []],
  ["disabled", { enabled: false }, ["alter table public.sites enable row level security"]],
  ["not forced", { forced: false }, ["alter table public.sites force row level security"]],
  [
    "a policy missing",
    { policies: [backup] },
    [
      'create policy "context_sees_own" on public.sites as permissive for ALL ' +
        `to public using (${bounds}) with check (${bounds})`,
    ],
  ],
  [
    "a policy beside ours",
    { policies: [tenants, backup, stranger] },
    ['drop policy "forgotten" on public.sites'],
  ],
  [
    "no column to compare",
    { column_type: null, enabled: false, policies: [stranger] },
    [
      "alter table public.sites enable row level security",
      'drop policy "forgotten" on public.sites',
    ],
  ],
  [
    "a policy that lets writing through",
    { policies: [tenants, { ...backup, command: "ALL" }] },
    [
      'drop policy "backup_reads_all" on public.sites;\n' +
        'create policy "backup_reads_all" on public.sites as permissive for SELECT ' +
        "to public using (tenancy.acts_as('{app_backup}'::name[]))",
    ],
  ],
])("from %s", (_title, found, sql) => {
  expect(sqlOf(found)).toEqual(sql);
});

test("names each way in which a policy differs, and recreates it once", () => {
  const altered: Policy = {
    ...backup,
    permissive: false,
    command: "ALL",
    roles: ["app_backup"],
    using: null,
    check: "true",
  };
  const findings = plan({ policies: [tenants, altered] });
  const object = "policy backup_reads_all on public.sites";
  expect(findings.map(renderDifference)).toEqual([
    `${object}: found RESTRICTIVE, expected PERMISSIVE`,
    `${object}: found FOR ALL, expected FOR SELECT`,
    `${object}: found TO app_backup, expected TO public`,
    `${object}: found USING nothing, expected USING tenancy.acts_as('{app_backup}'::name[])`,
    `${object}: found WITH CHECK true, expected WITH CHECK nothing`,
  ]);
  expect(findings.map(({ kind }) => kind)).toEqual([
    "policy permissive",
    "policy command",
    "policy roles",
    "policy expression",
    "policy expression",
  ]);
  expect(findings.filter(({ sql }) => sql !== undefined)).toHaveLength(1);
});

test.each<[Partial<TableSecurity>, string]>([
  [
    { enabled: false },
    "table public.sites: found row-level security disabled, expected row-level security enabled: " +
      "every role that may read it sees every tenant's rows",
  ],
  [
    { forced: false },
    "table public.sites: found row-level security not forced, expected row-level security forced: " +
      "its owner owner sees every row",
  ],
  [
    { policies: [tenants] },
    "policy backup_reads_all on public.sites is missing, " +
      "expected PERMISSIVE FOR SELECT TO public USING tenancy.acts_as('{app_backup}'::name[])",
  ],
  [
    { policies: [...wanted, stranger] },
    "policy forgotten on public.sites is not declared, found PERMISSIVE FOR SELECT TO public USING true",
  ],
])("says in one line what differs: %o", (found, line) => {
  expect(plan(found).map(renderDifference)).toEqual([line]);
});

test("refuses a table of another owner, which only that owner may alter", () => {
  const findings = plan({ is_ours: false, owner: "stranger", forced: false });
  expect(findings.map(renderDifference)).toEqual([
    "table public.sites: found row-level security not forced, expected row-level security forced: " +
      'the table belongs to stranger: alter table public.sites owner to "owner" (up refuses)',
  ]);
  expect(findings[0]).not.toHaveProperty("sql");
});

test("an administrator by role needs the role and the variable; the application sees one tenant", () => {
  const policies = wantedPolicies({ ...tenancy, administrators: "role" }, "customer_id", "owner");
  expect(policies.map(({ name, using }) => [name, using])).toEqual([
    [
      "tenant_sees_own",
      "(tenancy.acts_as('{app_user}'::name[]) AND " +
        "(customer_id = ( SELECT tenancy.current_customer_id() AS current_customer_id)))",
    ],
    [
      "administrator_sees_all",
      "(tenancy.acts_as('{app_admin,owner}'::name[]) AND " +
        "( SELECT tenancy.is_administrator() AS is_administrator))",
    ],
    ["backup_reads_all", "tenancy.acts_as('{app_backup}'::name[])"],
  ]);
});

test.each(["session", "role"] as const)(
  "with administrators by %s, no policy names a role that could remove itself from it",
  (administrators) => {
    for (const context of ["session", "signed"] as const) {
      const policies = wantedPolicies({ ...tenancy, administrators, context }, "id", "owner");
      for (const { roles } of policies) expect(roles).toEqual(["public"]);
    }
  },
);

// The effect of the statements in PostgreSQL, derived only from their text.
const anyPolicy = fc.record({
  name: fc.constantFrom("context_sees_own", "backup_reads_all", "forgotten", "older"),
  command: fc.constantFrom("ALL" as const, "SELECT" as const, "UPDATE" as const),
  permissive: fc.boolean(),
  roles: fc.constantFrom(["app_user", "owner"], ["app_backup"], ["public"]),
  using: fc.constantFrom(bounds, "true", null),
  check: fc.constantFrom(bounds, null),
});

test("reaches the declared state from any other, and then has nothing left to do", () => {
  const anyTable = fc.record({
    enabled: fc.boolean(),
    forced: fc.boolean(),
    policies: fc.uniqueArray(anyPolicy, { selector: ({ name }) => name }),
  });
  fc.assert(
    fc.property(anyTable, (found) => {
      const after = run(found, sqlOf(found).join(";\n"));
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
