import type { DatabaseError } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { readSql } from "../../sql/readSql";
import type { Row } from "./customerFile";
import type { CustomerTable } from "./customerTables";

/** unique_violation, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
export const taken = "23505";

/**
 * Finds out which key of a portion of rows is taken. The server does not tell a role that row-level security hides the other row
 * from.
 *
 * @param reader connection of a login that policies show every row
 * @returns such as `id = 42`; undefined if no row in the database has one of the keys, so that two of the portion share it
 */
export async function readTakenKey(
  { schema, table: name, constraint }: Pick<DatabaseError, "schema" | "table" | "constraint">,
  table: CustomerTable,
  rows: readonly Row[],
  reader: Connection,
): Promise<string | undefined> {
  return withClient(reader, "restore", async (client) => {
    const found = await client.query<{ table: string; expressions: string[]; predicate: string }>(
      readSql(__dirname, "takenKey"),
      [schema, name, constraint],
    );
    const [index] = found.rows;
    if (index === undefined) return undefined;
    const { expressions, predicate } = index;
    const keys = (from: string) =>
      `select ${expressions.join(", ")} from ${from} where ${predicate}`;
    const { rows: common } = await client.query<(string | null)[]>({
      text: `select ${expressions.map((_, number) => `k.c${number}::pg_catalog.text`).join(", ")}
               from (${keys(`(${valuesOf(table)}) as new`)} intersect ${keys(index.table)}) as k (${expressions.map((_, number) => `c${number}`).join(", ")})
              limit 1`,
      values: columnsOf(table, rows),
      rowMode: "array",
    });
    const [key] = common;
    if (key === undefined) return undefined;
    return expressions.map((expression, at) => `${expression} = ${String(key[at])}`).join(", ");
  });
}

/** The query of the rows that `columnsOf` gives it as parameters, typed and named as in the table. */
export function valuesOf({ columns }: CustomerTable): string {
  const typed = columns.map(({ quoted, type }) => `v.${quoted}::${type} as ${quoted}`).join(", ");
  const arrays = columns
    .map((_, index) => `pg_catalog.unnest($${index + 1}::pg_catalog.text[])`)
    .join(", ");
  const names = columns.map(({ quoted }) => quoted).join(", ");
  return `select ${typed} from rows from (${arrays}) as v (${names})`;
}

/** The columns of rows, each as an array. */
export function columnsOf({ columns }: CustomerTable, rows: readonly Row[]): (string | null)[][] {
  return columns.map((_, index) => rows.map((row) => row[index] ?? null));
}
