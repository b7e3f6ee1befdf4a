import type { Client } from "pg";

import { readSql } from "../sql/readSql";

/** Whether there is a table of this name, which is qualified. The session may use its schema. */
export async function tableExists(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(readSql(__dirname, "tableExists"), [
    name,
  ]);
  return rows[0]?.exists === true;
}
