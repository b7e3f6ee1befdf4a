import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { checkDrift, hasUnknown, inspect } from "./drift";
import { makeProvider } from "./provider";
import type { TenantPoliciesInputs } from "./tenantPolicies";

export const provider = makeProvider<TenantPoliciesInputs>({
  id: () => "tenancy",
  compared: ({ security }) => security,
  check: checkDrift(
    ({ connection, security, version }) => {
      // Unknown while migrations are pending.
      const last = hasUnknown(version) ? Infinity : version;
      return inspect("row-level security", () =>
        readRowLevelSecurityDrift(connection, security, last),
      );
    },
    ({ connection, security }) => [connection, security],
  ),
  apply: async (inputs) => {
    await applyRowLevelSecurity(inputs.connection, inputs.security);
    return inputs;
  },
  // Deleting it leaves row-level security on: removing a line of the program must not open a table, and a policy without the
  // function that it calls raises an error instead of showing no rows.
});
