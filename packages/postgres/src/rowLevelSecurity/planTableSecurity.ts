import { escapeIdentifier } from "pg";

import type { Finding } from "../convergence/difference";
import { planPolicies } from "./planPolicies";
import { wantedPolicies } from "./policies";
import type { TableSecurity } from "./readTenantTables";
import { canBeTenant } from "./canBeTenant";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/**
 * Leaves a table with row-level security enabled, forced, and with exactly the declared policies.
 *
 * Where there is no column to compare, it is enabled and forced all the same: then nobody sees a row.
 */
export function planTableSecurity(
  found: TableSecurity,
  { tenancy, owner }: RowLevelSecurity,
): Finding[] {
  const { quoted_table: name, quoted_column: column } = found;
  const wanted = canBeTenant(found) ? wantedPolicies(tenancy, column, owner) : [];
  const findings = [
    ...(found.enabled ? [] : [disabled(name)]),
    ...(found.forced ? [] : [notForced(name, owner)]),
    ...planPolicies(found.policies, wanted, name),
  ];
  return found.is_ours ? findings : findings.map((finding) => leave(finding, found, owner));
}

// Only its owner may alter a table.
function leave(
  { kind, object, expected, actual }: Finding,
  { quoted_table: table, owner: stranger }: TableSecurity,
  owner: string,
): Finding {
  const remedy = `alter table ${table} owner to ${escapeIdentifier(owner)}`;
  const reason = `the table belongs to ${stranger}: ${remedy}`;
  return { kind, object, expected, actual, repair: "refused", reason };
}

function disabled(table: string): Finding {
  return {
    kind: "row-level security disabled",
    object: `table ${table}`,
    expected: "row-level security enabled",
    actual: "row-level security disabled",
    repair: "automatic",
    reason: "whoever may read it sees every tenant's rows",
    sql: `alter table ${table} enable row level security`,
  };
}

function notForced(table: string, owner: string): Finding {
  return {
    kind: "row-level security not forced",
    object: `table ${table}`,
    expected: "row-level security forced",
    actual: "row-level security not forced",
    repair: "automatic",
    reason: `its owner ${owner} sees every row`,
    sql: `alter table ${table} force row level security`,
  };
}
