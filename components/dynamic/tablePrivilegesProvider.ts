import {
  applyTablePrivileges,
  readTablePrivilegesDrift,
  type TablePrivileges,
} from "@hosterizer/postgres/audit/missingPrivileges";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";
import type { TablePrivilegesInputs } from "./tablePrivileges";

export const provider = makeProvider<TablePrivilegesInputs>({
  id: ({ schema, role }) => `tables of ${schema} to ${role}`,
  compared: ({ owner, role, schema, privileges }) => [owner, role, schema, privileges],
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

function wantedPrivileges(inputs: TablePrivilegesInputs): TablePrivileges {
  const { owner, role, schema, privileges, tenantTables } = inputs;
  return { owner, grant: { role, on: "tables", schema, privileges }, tenantTables };
}
