import { escapeIdentifier } from "pg";

import type { RowLevelSecurity, TenantTable } from "../../../src/rowLevelSecurity/tenancy";

const bounds = ({ column }: TenantTable) =>
  `${column} >= (select tenancy.lowest_customer_id()) and ${column} <= any (array[(select tenancy.highest_customer_id())])`;
const equality = ({ column }: TenantTable) => `${column} = (select tenancy.current_customer_id())`;
const administrator = () => "(select tenancy.is_administrator())";
const variable = () => "(select current_setting('app.current_user_role', true) = 'administrator')";

/** SQL of the owner that gives every tenant table the policies that older stacks have: they name their roles in TO. */
export function policiesToRoles({ tenancy, owner }: RowLevelSecurity): string {
  const { administrators, context, tenantRoles, administratorRoles, backupRoles } = tenancy;
  const unsigned = context === "signed" ? [] : [owner];
  const policies: [string, readonly string[], (table: TenantTable) => string][] = [
    ...(administrators === "session"
      ? [["context_sees_own", [...tenantRoles, ...unsigned], bounds] as const]
      : [
          ["tenant_sees_own", tenantRoles, equality] as const,
          ["administrator_sees_all", [...administratorRoles, ...unsigned], administrator] as const,
        ]),
    ...(context === "signed" ? [["owner_sees_all", [owner], variable] as const] : []),
  ].map(([name, roles, expression]) => [name, roles, expression]);
  const to = (roles: readonly string[]) => roles.map((role) => escapeIdentifier(role)).join(", ");
  return tenancy.tables
    .flatMap((table) => {
      const on = `on ${table.schema}.${table.table}`;
      return [
        ...policies.flatMap(([name, roles, expression]) => [
          `drop policy if exists ${name} ${on}`,
          `create policy ${name} ${on} to ${to(roles)} using (${expression(table)}) with check (${expression(table)})`,
        ]),
        `drop policy if exists backup_reads_all ${on}`,
        `create policy backup_reads_all ${on} for select to ${to(backupRoles)} using (true)`,
      ];
    })
    .join(";\n");
}
