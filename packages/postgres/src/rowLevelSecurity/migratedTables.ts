import type { Node } from "libpg-query";

import { uncached, type Cached } from "../migrations/fileCache";
import { splitStatements } from "../sql/statements";
import { followStatement, shapesTables } from "./followStatement";

/** A table as migrations leave it. */
export interface MigratedTable {
  columns: Set<string>;
  /** Foreign keys by their names, with the table that they lead to as `schema.table`. */
  references: Map<string, { target: string; columns: readonly string[] }>;
  /** Whether it is a partition or another child of a table. */
  isChild: boolean;
}

/** The tables that a row of migrations leaves behind. */
export interface MigratedTables {
  /** By `schema.table`. */
  tables: ReadonlyMap<string, MigratedTable>;
  /** False if there is SQL whose effect cannot be read beforehand, such as DO. */
  complete: boolean;
}

/** The statements of a file that tables come from; null if it is no SQL to the parser. */
export type TableStatements = readonly Node[] | null;

/**
 * Reads what migrations will have created, from their text alone.
 *
 * @param recall What is known of files by now. Default: nothing.
 */
export async function migratedTables(
  upFiles: readonly string[],
  recall: Cached<TableStatements> = uncached,
): Promise<MigratedTables> {
  const tables = new Map<string, MigratedTable>();
  let complete = true;
  for (const sql of upFiles) {
    const statements = await recall(sql, () => tableStatements(sql));
    // Text that is no SQL to the parser may still be some to a newer server.
    if (statements === null) complete = false;
    for (const node of statements ?? []) {
      if (!followStatement(node, tables)) complete = false;
    }
  }
  return { tables, complete };
}

async function tableStatements(sql: string): Promise<TableStatements> {
  const statements = await splitStatements(sql).catch(() => null);
  return statements?.map(({ node }) => node).filter(shapesTables) ?? null;
}
