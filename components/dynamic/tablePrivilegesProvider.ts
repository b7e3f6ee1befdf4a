import { guardedTables } from "@hosterizer/postgres/audit/declaredAccess";
import {
  applyTablePrivileges,
  readTablePrivilegesDrift,
  type TablePrivileges,
} from "@hosterizer/postgres/audit/missingPrivileges";
import type { TenantTable } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";
import type { TablePrivilegesInputs } from "./tablePrivileges";

export const provider = makeProvider<TablePrivilegesInputs>({
  id: ({ schema, role }) => `tables of ${schema} to ${role}`,
  compared: (inputs) => {
    const { owner, role, schema, privileges, tables } = wantedPrivileges(inputs);
    return [owner, role, schema, privileges, tables];
  },
  check: checkDrift((news) =>
    inspect(`the table privileges of ${news.role}`, () =>
      readTablePrivilegesDrift(news.connection, wantedPrivileges(news)),
    ),
  ),
  apply: async (inputs) => {
    await applyTablePrivileges(inputs.connection, wantedPrivileges(inputs));
    return inputs;
  },
  // Deleting it revokes nothing: the audit of the same update revokes what is not declared any more.
});

/** In the state of an older stack no grant names a table. */
function wantedPrivileges(
  inputs: TablePrivilegesInputs & { tenantTables?: readonly TenantTable[] },
): TablePrivileges {
  const { tenantTables } = inputs;
  if (tenantTables === undefined) return inputs;
  return { ...inputs, tables: [], guarded: guardedTables([], tenantTables) };
}
