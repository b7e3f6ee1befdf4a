import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Policy } from "./policies";
import type { TenantTable } from "./tenancy";

/** How row-level security stands on one table. */
export interface TableSecurity extends TenantTable {
  /** 0: declared itself; 1, 2 …: a partition or another child of a declared one. */
  level: number;
  /** Which of the declared tables it belongs to, from 1. */
  ordinal: number;
  owner: string;
  /** Whether the session's role may alter it. */
  is_ours: boolean;
  enabled: boolean;
  forced: boolean;
  /** With its schema, as PostgreSQL writes it in a statement. */
  quoted_table: string;
  /** As PostgreSQL writes it in an expression. */
  quoted_column: string;
  /** Null if there is no such column. */
  column_type: string | null;
  not_null: boolean;
  /** Whether a valid, complete index begins with the tenant's column. */
  indexed: boolean;
  /** Whether a foreign key includes the tenant's column. */
  refers: boolean;
  /** Whether the tenant's column is the primary key. */
  is_key: boolean;
  policies: Policy[];
}

/**
 * Reads the catalog: the declared tables that exist, each followed by its partitions and other children.
 *
 * @param descend Whether partitions and children are wanted too.
 */
export async function readTenantTables(
  client: Client,
  tables: readonly TenantTable[],
  descend = true,
): Promise<TableSecurity[]> {
  const sql = readSql(__dirname, "tenantTables");
  return (await client.query<TableSecurity>(sql, [JSON.stringify(tables), descend])).rows;
}
