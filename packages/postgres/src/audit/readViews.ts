import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** A view over tenant tables that shows what its owner sees. */
export interface FoundView {
  kind: "view" | "materialized view";
  /** Quoted. */
  name: string;
  owner: string;
  /** In a schema of ours, or owned by a role of ours. */
  ours: boolean;
  alterable: boolean;
  /** The tenant tables behind it, through other views too. */
  tables: string[];
}

/** Reads the catalog. */
export async function readViews(client: Client, audit: Audit): Promise<FoundView[]> {
  const { roles, schemas, tables } = ours(audit);
  const sql = readSql(__dirname, "views");
  return (await client.query<FoundView>(sql, [roles, schemas, tables])).rows;
}
