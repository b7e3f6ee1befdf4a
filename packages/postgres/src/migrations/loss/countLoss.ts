import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../../sql/tableName";
import type { Loss } from "./loss";

/** The query for how many rows, or values that are not null, a loss takes along. */
export function countSql(loss: Loss): string {
  const what = loss.column === undefined ? "*" : escapeIdentifier(loss.column);
  return `select pg_catalog.count(${what}) as count from ${quotedName(loss)}`;
}

/**
 * SQL by which the owner sees every row of the table for the rest of the transaction, whatever policies say, and nobody adds one.
 */
export function holdSql(loss: Loss): string {
  const table = quotedName(loss);
  return `lock table ${table} in access exclusive mode;
    alter table ${table} no force row level security`;
}

/** The query for whether there is something to count. */
export function existsSql(loss: Loss): string {
  const table = `pg_catalog.to_regclass(${escapeLiteral(quotedName(loss))})`;
  if (loss.column === undefined) return `select ${table} is not null as exists`;
  return `select exists (
    select
      from pg_catalog.pg_attribute
     where attrelid = ${table} and attname = ${escapeLiteral(loss.column)} and not attisdropped
  ) as exists`;
}

/** Counts in a transaction that goes on, or that is undone. */
export async function countLoss(client: Client, loss: Loss): Promise<number> {
  const { rows } = await client.query<{ count: string }>(countSql(loss));
  return Number(rows[0]?.count);
}
