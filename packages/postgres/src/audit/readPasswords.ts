import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** How the password of a login role is kept; never the password. */
export interface FoundPassword {
  name: string;
  kept: "SCRAM-SHA-256" | "md5" | "no password" | "another form";
}

/** Reads the catalog; nothing where whoever looks may not see passwords. */
export async function readPasswords(client: Client, audit: Audit): Promise<FoundPassword[]> {
  const { rows } = await client.query<{ may: boolean }>(
    "select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as may",
  );
  if (rows[0]?.may !== true) return [];
  const sql = readSql(__dirname, "passwords");
  return (await client.query<FoundPassword>(sql, [ours(audit).roles])).rows;
}
