import type { ColumnPrivileges, GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import { application, migrator, pooler, signIn } from "./roles";
import { tenancy } from "./tenancy";

/** Revoked from PUBLIC: a role that is not listed below cannot even connect. */
const withheldFromPublic: readonly GrantDeclaration[] = [
  { role: "public", on: "database", privileges: [] },
  { role: "public", on: "schema", schema: "public", privileges: [] },
];

/** What the migrator needs before the first migration. Everything else it does as the owner. */
const migratorGrants: readonly GrantDeclaration[] = [
  { role: migrator, on: "database", privileges: ["CONNECT"] },
];

/** What applies from the start. */
export const firstGrants: readonly GrantDeclaration[] = [...withheldFromPublic, ...migratorGrants];

/** What proves who a user is. */
const credentials = ["password_hash", "mfa_secret"];
/** What else decides who may sign in as whom. `role` is not among them: the application signs contexts with it. */
const identity = ["email", "mfa_enabled"];
const loginBookkeeping = ["failed_login_attempts", "locked_until", "last_login_at"];
const stamps = ["created_at", "updated_at"];
const profile = ["id", "full_name", ...identity, ...loginBookkeeping, ...stamps];

const readsProfiles = ["role", ...profile];
const readsCredentials = [...readsProfiles, ...credentials];
/** Without `role`: a new user gets the default role, customer. */
const addsUsers = [...profile, ...credentials];

/**
 * What belongs to everyone, and has no tenant that row-level security could keep apart. Each line replaces the role's line for all
 * tables. To grant more, add a column to a list: docs/change-the-database.md says how.
 */
const sharedTables: readonly GrantDeclaration[] = [
  ...(signIn === application
    ? [
        users(application, {
          SELECT: readsCredentials,
          INSERT: addsUsers,
          UPDATE: ["full_name", ...loginBookkeeping],
        }),
      ]
    : [
        users(application, { SELECT: readsProfiles, INSERT: addsUsers, UPDATE: ["full_name"] }),
        users(signIn, {
          SELECT: readsCredentials,
          UPDATE: [...credentials, ...identity, ...loginBookkeeping],
        }),
        ...enters(signIn),
      ]),
  users("app_readonly", { SELECT: readsProfiles }),
  policies(application),
];

/** What the other roles may do. Identity columns need no privilege on their sequences. */
export const grants: readonly GrantDeclaration[] = [
  ...changes(application),
  // The back office appoints administrators and edits policies. It does not handle sign-in.
  ...(tenancy.administrators === "role"
    ? [
        ...changes("app_admin"),
        users("app_admin", {
          SELECT: readsProfiles,
          INSERT: ["role", ...addsUsers],
          UPDATE: ["role", "full_name", ...identity, ...loginBookkeeping],
          DELETE: "all",
        }),
      ]
    : []),
  ...reads("app_readonly"),
  ...sharedTables,
  ...reads("app_backup"),
  // A dump reads the sequences' positions too, and the migrations' ledger.
  { role: "app_backup", on: "sequences", schema: "public", privileges: ["SELECT"] },
  { role: "app_backup", on: "schema", schema: "hosterizer", privileges: ["USAGE"] },
  { role: "app_backup", on: "tables", schema: "hosterizer", privileges: ["SELECT"] },
  { role: "app_backup", on: "sequences", schema: "hosterizer", privileges: ["SELECT"] },
  { role: "app_monitor", on: "database", privileges: ["CONNECT"] },
  { role: "app_monitor", on: "schema", schema: "monitoring", privileges: ["USAGE"] },
  // PoolerLookup grants the only function in it.
  { role: pooler, on: "database", privileges: ["CONNECT"] },
  { role: pooler, on: "schema", schema: "pooler", privileges: ["USAGE"] },
];

function users(role: string, privileges: ColumnPrivileges): GrantDeclaration {
  return { role, on: "table", schema: "public", table: "users", privileges };
}

function policies(role: string): GrantDeclaration {
  return { role, on: "table", schema: "public", table: "policies", privileges: { SELECT: "all" } };
}

function changes(role: string): GrantDeclaration[] {
  return [
    { role, on: "tables", schema: "public", privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"] },
    ...enters(role),
  ];
}

function reads(role: string): GrantDeclaration[] {
  return [{ role, on: "tables", schema: "public", privileges: ["SELECT"] }, ...enters(role)];
}

function enters(role: string): GrantDeclaration[] {
  return [
    { role, on: "schema", schema: "public", privileges: ["USAGE"] },
    { role, on: "database", privileges: ["CONNECT"] },
  ];
}
