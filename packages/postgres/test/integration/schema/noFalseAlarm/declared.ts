import type { GrantDeclaration, RoleDeclaration } from "../../../../src/access/declarations";
import type { DeclaredAccess } from "../../../../src/audit/declaredAccess";
import type { Model } from "./model";

export const owner = "stage_owner";
export const migrator = "stage_migrator";
const application = "stage_app";
const reader = "stage_reader";
const backup = "stage_backup";

/** The roles, on both servers. */
export const roles: readonly RoleDeclaration[] = [
  { name: owner, login: false, purpose: "owns everything" },
  { name: migrator, login: true, inherit: false, memberOf: [owner], purpose: "migrates" },
  { name: application, login: true, purpose: "changes its own rows" },
  { name: reader, login: true, memberOf: ["pg_monitor"], purpose: "reads its own rows" },
  { name: backup, login: true, purpose: "dumps" },
];

const all = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
const select = ["SELECT"] as const;

/** Who may do what. */
export const grants: readonly GrantDeclaration[] = [
  { role: "public", on: "database", privileges: [] },
  { role: "public", on: "schema", schema: "public", privileges: [] },
  { role: migrator, on: "database", privileges: ["CONNECT"] },
  ...[application, reader, backup].flatMap((role): GrantDeclaration[] => [
    { role, on: "database", privileges: ["CONNECT"] },
    { role, on: "schema", schema: "public", privileges: ["USAGE"] },
    {
      role,
      on: "tables",
      schema: "public",
      privileges: role === application ? all : select,
    },
  ]),
  { role: backup, on: "sequences", schema: "public", privileges: select },
  { role: backup, on: "schema", schema: "hosterizer", privileges: ["USAGE"] },
  { role: backup, on: "tables", schema: "hosterizer", privileges: select },
  { role: backup, on: "sequences", schema: "hosterizer", privileges: select },
];

/** The whole declaration; tenant tables have the names that migrations have given them. */
export function declared({ tables }: Pick<Model, "tables">): DeclaredAccess {
  return {
    owner,
    roles,
    grants,
    schemas: ["tenancy", "hosterizer"].map((name) => ({ name, purpose: "the program's own" })),
    extensions: ["citext", "pgcrypto"].map((name) => ({ name, schema: "public", purpose: "" })),
    databaseSettings: [],
    tenancy: {
      administrators: "session",
      tables: tables.flatMap(({ name, tenant }) =>
        tenant === undefined ? [] : [{ schema: "public", table: name, column: tenant }],
      ),
      tenantRoles: [application, reader],
      administratorRoles: [],
      backupRoles: [backup],
    },
  };
}
