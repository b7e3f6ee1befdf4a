import type { Client } from "pg";

import { readSql } from "../readSql";
import type { Policy } from "./policies";
import type { TenantTable } from "./tenancy";

/** How row-level security stands on one table. */
export interface TableSecurity {
  enabled: boolean;
  forced: boolean;
  /** The tenant's column as PostgreSQL writes it in an expression. */
  quotedColumn: string;
  columnExists: boolean;
  policies: Policy[];
}

/** Reads the catalog; undefined if the table does not exist. */
export async function readTableSecurity(
  client: Client,
  { schema, table, column }: TenantTable,
): Promise<TableSecurity | undefined> {
  const { rows } = await client.query<{
    enabled: boolean;
    forced: boolean;
    quoted_column: string;
    column_exists: boolean;
    policies: Policy[];
  }>(readSql(__dirname, "tableSecurity"), [schema, table, column]);
  const [row] = rows;
  return row && { ...row, quotedColumn: row.quoted_column, columnExists: row.column_exists };
}
