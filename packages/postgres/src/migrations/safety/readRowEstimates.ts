import type { Connection } from "../../connection/connection";
import { readSql } from "../../sql/readSql";
import { withSession } from "../../connection/withSession";
import type { RowEstimates } from "./lockFindings";

/** About how many rows the tables of a database have, as its statistics tell. Reads the catalog alone. */
export async function readRowEstimates(connection: Connection): Promise<RowEstimates> {
  return withSession(connection, async (client) => {
    const sql = readSql(__dirname, "rowEstimates");
    const { rows } = await client.query<{ table: string; rows: number | null }>(sql);
    return new Map(rows.map(({ table, rows: count }) => [table, Math.round(count ?? 0)]));
  });
}
