import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

/** For migrations that create no tenant table. */
export const noTenants: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: [],
  administratorRoles: [],
  backupRoles: [],
};
