import type { Finding } from "../drift/difference";
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
  return [
    ...(found.enabled ? [] : [disabled(name)]),
    ...(found.forced ? [] : [notForced(name, owner)]),
    ...planPolicies(found.policies, wanted, name),
  ];
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
