import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { UserError } from "../../userError";
import type { Row } from "./customerFile";
import type { CustomerTable } from "./customerTables";

/** Numbers up to this distance are drawn one by one: another session may draw some at the same time, and none is drawn twice. */
const near = 10_000;

/**
 * Advances sequences, so that none of them returns one of these values again. Never sets one back. Like every number that is drawn,
 * this outlives a transaction that is rolled back.
 *
 * @param connection of a member of the owner
 * @param largest value that is in use, by the sequence's name as PostgreSQL writes it
 */
export async function advanceSequences(
  connection: Connection,
  owner: string,
  largest: ReadonlyMap<string, bigint>,
): Promise<void> {
  if (largest.size === 0) return;
  await withClient(connection, "restore", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    for (const [sequence, value] of largest) {
      const steps = await stepsTo(client, sequence, value);
      if (steps > near) {
        await client.query("select pg_catalog.setval($1::pg_catalog.regclass, $2)", [
          sequence,
          String(value),
        ]);
      } else if (steps > 0) {
        await client.query(
          `select pg_catalog.max(pg_catalog.nextval($1::pg_catalog.regclass))
             from pg_catalog.generate_series(1, $2::pg_catalog.int4)`,
          [sequence, steps],
        );
      }
    }
  });
}

/** How often a sequence has to be drawn from until it has passed a value. Draws once, unless it has passed it already. */
async function stepsTo(client: Client, sequence: string, value: bigint): Promise<number> {
  const { rows } = await client.query<{ ahead: boolean }>(
    `select case when is_called then last_value else last_value - 1 end >= $1::pg_catalog.int8 as ahead
       from ${sequence}`,
    [String(value)],
  );
  if (rows[0]?.ahead) return 0;
  const drawn = await client.query<{ steps: string }>(
    `select pg_catalog.ceil(($2::pg_catalog.numeric - pg_catalog.nextval(s.seqrelid)) / s.seqincrement) as steps
       from pg_catalog.pg_sequence as s
      where s.seqrelid = $1::pg_catalog.regclass`,
    [sequence, String(value)],
  );
  return Number(drawn.rows[0]?.steps);
}

/** The largest value of a sequence that a file may use, as a part of all that the sequence has. */
const share = 2n;

/** The first integer that JavaScript does not tell from the next one: ids of every customer would be wrong from there on. */
const inexact = 2n ** 53n;

export function noteLargest(
  { columns, schema, table }: CustomerTable,
  rows: readonly Row[],
  largest: Map<string, bigint>,
): void {
  for (const [index, { name, sequence, sequenceEnd }] of columns.entries()) {
    if (sequence === null || sequenceEnd === null) continue;
    const end = BigInt(sequenceEnd);
    const limit = (end < inexact ? end : inexact) / share;
    for (const row of rows) {
      const text = row[index];
      // Such a column may be a text with a number in it.
      if (text == null || !/^-?\d+$/.test(text)) continue;
      const value = BigInt(text);
      if (value > limit) {
        throw new UserError(
          `${name} = ${text} of ${schema}.${table} would use up the sequence ${sequence}, for which a file may have at most ${limit}.`,
          "The file is not one that a dump has written. Nothing was changed.",
        );
      }
      if (value > (largest.get(sequence) ?? 0n)) largest.set(sequence, value);
    }
  }
}
