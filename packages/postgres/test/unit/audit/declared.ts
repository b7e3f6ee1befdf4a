import type { DeclaredAccess } from "../../../src/audit/declaredAccess";

/** A small declaration: an owner, a migrator that is its member, and an application. */
export const declared: DeclaredAccess = {
  owner: "owner",
  roles: [
    { name: "owner", login: false, purpose: "" },
    { name: "migrator", login: true, inherit: false, memberOf: ["owner"], purpose: "" },
    { name: "app", login: true, purpose: "" },
  ],
  grants: [],
  schemas: [],
  extensions: [],
  tenancy: {
    administrators: "session",
    tables: [],
    tenantRoles: [],
    administratorRoles: [],
    backupRoles: [],
  },
  databaseSettings: [],
};
