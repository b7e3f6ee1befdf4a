import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";

/**
 * How many rows tables have, all in one snapshot.
 *
 * @param connection of a login that policies show every row
 * @param tables as `schema.table`
 */
export function countRows(
  connection: Connection,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  return withClient(connection, "restore", async (client) => {
    const counts = new Map<string, number>();
    await client.query("begin isolation level repeatable read read only");
    for (const table of tables) {
      const name = table.split(".").map(escapeIdentifier).join(".");
      const { rows } = await client.query<{ count: string }>(
        `select pg_catalog.count(*) as count from ${name}`,
      );
      counts.set(table, Number(rows[0]?.count));
    }
    await client.query("commit");
    return counts;
  });
}

/** The tables whose number of rows differs, a line each. */
export function compareCounts(
  expected: ReadonlyMap<string, number>,
  actual: ReadonlyMap<string, number>,
): string[] {
  return [...expected]
    .filter(([table, count]) => actual.get(table) !== count)
    .map(([table, count]) => `${table} has ${actual.get(table) ?? 0} rows, expected ${count}`);
}
