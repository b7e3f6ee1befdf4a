import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** A setting that sessions begin with, as pg_db_role_setting has it. */
export interface FoundSetting {
  /** Null: in every database. */
  database: string | null;
  /** Null: for every role. */
  role: string | null;
  name: string;
  value: string;
  resettable: boolean;
}

/** Reads the catalog. */
export async function readSettings(client: Client, audit: Audit): Promise<FoundSetting[]> {
  const sql = readSql(__dirname, "settings");
  return (await client.query<FoundSetting>(sql, [ours(audit).roles])).rows;
}
