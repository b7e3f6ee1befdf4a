import { type Client, escapeLiteral } from "pg";

import { UserError } from "../../userError";
import type { Row } from "./customerFile";
import { nameOf } from "./customerTables";
import type { WrittenTable } from "./customerTarget";
import { columnsOf, valuesOf } from "./takenKey";

/**
 * Whether the rows of a portion have the values of the file in the columns that the application may not write. New rows have the
 * defaults there: a file must not appoint an administrator.
 *
 * @throws UserError if not
 */
export async function requireWritten(
  client: Client,
  {
    file,
    table,
    rows,
    login,
  }: { file: string; table: WrittenTable; rows: readonly Row[]; login: string },
): Promise<void> {
  const { quoted, columns, primaryKey, insertable, readable } = table;
  const unwritten = columns.filter((column) => !insertable.has(column.quoted));
  if (unwritten.length === 0) return;
  const unseen = unwritten.filter((column) => !readable.has(column.quoted));
  if (unseen.length > 0 || primaryKey.length === 0) {
    const names = unwritten.map(({ name }) => name).join(", ");
    throw new UserError(
      `${login} may not write ${names} of ${nameOf(table)}, and customers are loaded with its rights.`,
      "Nothing was changed.",
    );
  }
  // As text: a type may have no equality.
  const differs = unwritten.map(
    (
      column,
    ) => `case when t.${column.quoted}::pg_catalog.text is distinct from n.${column.quoted}::pg_catalog.text
                      then pg_catalog.concat(${escapeLiteral(column.name)}, ' = ', n.${column.quoted}::pg_catalog.text) end`,
  );
  const sameKey = primaryKey.map((name) => `t.${name} = n.${name}`).join(" and ");
  const { rows: found } = await client.query<{ value: string }>(
    `select d.value
       from (${valuesOf(table)}) as n
       join ${quoted} as t on ${sameKey}
      cross join lateral (values (${differs.join("), (")})) as d (value)
      where d.value is not null
      limit 1`,
    columnsOf(table, rows),
  );
  const [first] = found;
  if (first === undefined) return;
  throw new UserError(
    `${file} has a row of ${nameOf(table)} with ${first.value}, which ${login} may not write, and customers are loaded with its rights.`,
    "Write this row into the database first, as a role that may: one that is there is left as it is. Nothing was changed.",
  );
}
