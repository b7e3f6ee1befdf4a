import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import { application, migrator, pooler } from "./roles";
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

/** What the other roles may do. Identity columns need no privilege on their sequences. */
export const grants: readonly GrantDeclaration[] = [
  ...changes(application),
  ...(tenancy.administrators === "role" ? changes("app_admin") : []),
  ...reads("app_readonly"),
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
