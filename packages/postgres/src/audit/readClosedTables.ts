import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { TenantTable } from "../rowLevelSecurity/tenancy";

/**
 * Reads the catalog: what no grant on a schema's tables opens to a role that row-level security binds, by oid: tables that it
 * reaches through another one alone, and materialized views of tenant tables.
 *
 * Policies are a table's own. A partition that nobody has given any shows all its rows to those who may name it, so
 * nobody may; its parent's policies hold for what is read through the parent.
 * https://www.postgresql.org/docs/15/ddl-rowsecurity.html
 */
export async function readClosedTables(
  client: Client,
  tables: readonly TenantTable[],
): Promise<string[]> {
  const sql = readSql(__dirname, "closedTables");
  const { rows } = await client.query<{ oid: string }>(sql, [JSON.stringify(tables)]);
  return rows.map(({ oid }) => oid);
}
