import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import type { TableRows } from "./dumpContents";

/**
 * How many rows tables have, all in one snapshot.
 *
 * @param connection of a login that policies show every row
 * @returns in the same order
 */
export function countRows(
  connection: Connection,
  tables: readonly Omit<TableRows, "count">[],
): Promise<TableRows[]> {
  return withClient(connection, "restore", async (client) => {
    const counts: TableRows[] = [];
    await client.query("begin isolation level repeatable read read only");
    for (const { schema, table } of tables) {
      const { rows } = await client.query<{ count: string }>(
        `select pg_catalog.count(*) as count from only ${escapeIdentifier(schema)}.${escapeIdentifier(table)}`,
      );
      counts.push({ schema, table, count: Number(rows[0]?.count) });
    }
    await client.query("commit");
    return counts;
  });
}

/** The tables whose number of rows differs, a line each. @param actual of the same tables, in the same order */
export function compareCounts(
  expected: readonly TableRows[],
  actual: readonly TableRows[],
): string[] {
  return expected.flatMap(({ schema, table, count }, index) => {
    const found = actual[index]?.count ?? 0;
    return found === count ? [] : [`${schema}.${table} has ${found} rows, expected ${count}`];
  });
}
