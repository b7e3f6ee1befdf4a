import { escapeIdentifier } from "pg";

import type { Step } from "../step";
import { type Policy, wantedPolicies } from "./policies";
import type { TableSecurity } from "./readTableSecurity";
import type { Tenancy, TenantTable } from "./tenancy";

/**
 * The steps that leave a table with row-level security enabled, forced, and with exactly the declared policies.
 *
 * A policy beside the declared ones is dropped: permissive policies add up, and one forgotten `using (true)` opens the
 * table.
 */
export function planTableSecurity(
  found: TableSecurity,
  { schema, table }: TenantTable,
  tenancy: Tenancy,
  owner: string,
): Step[] {
  const plain = `${schema}.${table}`;
  const quoted = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  const wanted = wantedPolicies(tenancy, found.quotedColumn, owner);
  const drop = ({ name }: Policy) => `drop policy ${escapeIdentifier(name)} on ${quoted}`;
  const create = (policy: Policy) => createPolicy(policy, quoted);
  const steps: Step[] = [];

  if (!found.enabled) {
    steps.push({
      reason: `${plain}: row-level security is disabled`,
      sql: `alter table ${quoted} enable row level security`,
    });
  }
  if (!found.forced) {
    steps.push({
      reason: `${plain}: row-level security is not forced, so its owner ${owner} sees every row`,
      sql: `alter table ${quoted} force row level security`,
    });
  }
  for (const policy of wanted) {
    const present = found.policies.find(({ name }) => name === policy.name);
    if (present === undefined) {
      steps.push({ reason: `${plain}: policy ${policy.name} is missing`, sql: create(policy) });
      continue;
    }
    const differences = policyDifferences(present, policy);
    if (differences.length === 0) continue;
    const reason = `${plain}: policy ${policy.name} differs: ${differences.join("; ")}`;
    steps.push({ reason, sql: `${drop(present)};\n${create(policy)}` });
  }
  for (const policy of found.policies) {
    if (wanted.some(({ name }) => name === policy.name)) continue;
    const reason = `${plain}: policy ${policy.name} is not declared (${describe(policy)})`;
    steps.push({ reason, sql: drop(policy) });
  }
  return steps;
}

function policyDifferences(found: Policy, wanted: Policy): string[] {
  const aspects = {
    kind: ({ permissive }: Policy) => (permissive ? "PERMISSIVE" : "RESTRICTIVE"),
    command: ({ command }: Policy) => command,
    roles: ({ roles }: Policy) => roles.join(", "),
    USING: ({ using }: Policy) => using ?? "nothing",
    "WITH CHECK": ({ check }: Policy) => check ?? "nothing",
  };
  return Object.entries(aspects)
    .filter(([, read]) => read(found) !== read(wanted))
    .map(([aspect, read]) => `${aspect} is ${read(found)}, declared is ${read(wanted)}`);
}

function createPolicy(policy: Policy, table: string): string {
  const { name, permissive, command, roles, using, check } = policy;
  return [
    `create policy ${escapeIdentifier(name)} on ${table}`,
    `as ${permissive ? "permissive" : "restrictive"} for ${command}`,
    `to ${roles.map((role) => escapeIdentifier(role)).join(", ")}`,
    ...(using === null ? [] : [`using (${using})`]),
    ...(check === null ? [] : [`with check (${check})`]),
  ].join(" ");
}

function describe({ permissive, command, roles, using }: Policy): string {
  const kind = permissive ? "permissive" : "restrictive";
  return `${kind}, for ${command} to ${roles.join(", ")}, using ${using ?? "nothing"}`;
}
