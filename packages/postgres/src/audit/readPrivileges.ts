import type { Client } from "pg";

import { lookupFunction, verifierTable } from "../pooler/userLookup";
import { readSql } from "../sql/readSql";
import { contextFunctionNames, contextSchema } from "../rowLevelSecurity/contextFunctions";
import type { Audit } from "./audit";
import { ours } from "./ours";
import { readClosedTables } from "./readClosedTables";

/** One privilege that nobody declared, or one declared without the grant option that it has. */
export interface FoundPrivilege {
  /** Of object, to people: `table`, `column`, `materialized view`. */
  kind: string;
  /** `column public.users.email` */
  object: string;
  /** As GRANT names it: `table public.users`. */
  target: string;
  /** Quoted; null where the privilege is on the whole. */
  column: string | null;
  /** Quoted, or PUBLIC. */
  grantee: string;
  /** Quoted; null where the owner granted it. */
  grantor: string | null;
  owner: string;
  privilege: string;
  /** The privilege itself is declared; its grant option is not. */
  allowed: boolean;
  /** Whose the object is. */
  scope: "ours" | "system" | "foreign";
  revocable: boolean;
}

/**
 * Reads the catalog. The functions that policies call are looked after together with the policies, the one that the pooler
 * asks together with what its owner reads.
 */
export async function readPrivileges(client: Client, audit: Audit): Promise<FoundPrivilege[]> {
  const { roles, schemas, grants } = ours(audit);
  const { lookup } = audit;
  const exempt = contextFunctionNames.map((name) => `${contextSchema}.${name}()`);
  if (lookup !== undefined) exempt.push(lookupFunction);
  const reader = lookup?.authenticator;
  const sql = readSql(__dirname, "privileges");
  const { rows } = await client.query<FoundPrivilege>(sql, [
    roles,
    schemas,
    grants,
    exempt,
    reader,
    verifierTable,
    await readClosedTables(client, audit.tenancy.tables),
  ]);
  return rows;
}
