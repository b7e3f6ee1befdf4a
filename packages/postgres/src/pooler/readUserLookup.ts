import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { LookupDefinition } from "./lookupDefinition";
import { lookupSchema, type UserLookup } from "./userLookup";

/** How the pooler's access stands in the live database. */
export interface FoundLookup {
  /** Null: there is none. */
  function: FoundFunction | null;
  /** What the authenticator may do with pg_authid: `SELECT (rolname)`. */
  privileges: string[];
  /** Whether whoever looks is a superuser. */
  by_superuser: boolean;
}

export interface FoundFunction extends LookupDefinition {
  /** Who may execute it besides its owner, and whether they may let others. */
  executors: { role: string; grantable: boolean }[];
}

/** Reads the catalog. */
export async function readUserLookup(
  client: Client,
  { authenticator }: UserLookup,
): Promise<FoundLookup> {
  const sql = readSql(__dirname, "userLookup");
  const { rows } = await client.query<FoundLookup>(sql, [lookupSchema, authenticator]);
  return rows[0] ?? { function: null, privileges: [], by_superuser: false };
}
