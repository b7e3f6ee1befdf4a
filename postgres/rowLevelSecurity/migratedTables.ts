import type { Node } from "libpg-query";

import { splitStatements } from "../migrations/splitStatements";
import { followStatement } from "./followStatement";

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

/** Reads what migrations will have created, from their text alone. */
export async function migratedTables(upFiles: readonly string[]): Promise<MigratedTables> {
  const tables = new Map<string, MigratedTable>();
  let complete = true;
  for (const sql of upFiles) {
    // Text that is no SQL to the parser may still be some to a newer server.
    const statements: readonly { node: Node }[] | undefined = await splitStatements(sql).catch(
      () => undefined,
    );
    if (statements === undefined) complete = false;
    for (const { node } of statements ?? []) {
      if (!followStatement(node, tables)) complete = false;
    }
  }
  return { tables, complete };
}
