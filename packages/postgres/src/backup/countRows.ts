import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import type { TableRows } from "./dumpContents";

/**
 * How many rows tables have, all in one snapshot. A partitioned one has those of its partitions, which a dump has instead of it.
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
      const name = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
      // Another child of a table is one of the tables itself.
      const from = (await isPartitioned(client, name)) ? name : `only ${name}`;
      const { rows } = await client.query<{ count: string }>(
        `select pg_catalog.count(*) as count from ${from}`,
      );
      counts.push({ schema, table, count: Number(rows[0]?.count) });
    }
    await client.query("commit");
    return counts;
  });
}

async function isPartitioned(client: Client, quoted: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_catalog.pg_class
      where oid operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and relkind operator(pg_catalog.=) 'p'`,
    [quoted],
  );
  return rowCount === 1;
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
