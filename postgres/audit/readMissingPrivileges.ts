import type { Client } from "pg";

import { readSql } from "../readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** Declared privileges that one view, foreign or partitioned table lacks. */
export interface MissingPrivileges {
  /** `view public.totals` */
  object: string;
  /** Quoted. */
  name: string;
  /** Quoted. */
  grantee: string;
  privileges: string[];
  grantable: boolean;
}

/** Reads the catalog. */
export async function readMissingPrivileges(
  client: Client,
  audit: Audit,
): Promise<MissingPrivileges[]> {
  const sql = readSql(__dirname, "missingPrivileges");
  return (await client.query<MissingPrivileges>(sql, [audit.owner, ours(audit).grants])).rows;
}
