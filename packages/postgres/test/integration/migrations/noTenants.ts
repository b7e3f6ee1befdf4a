import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

/** For migrations that make no tenant's table. */
export const noTenants: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: [],
  administratorRoles: [],
  backupRoles: [],
};
