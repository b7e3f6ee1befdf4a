import pg from "pg";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";

/** Runs one query in a session of its own. Unlike `openClient`, it sends no options, which a pooler refuses. */
export async function rowsOf<T extends object>(connection: Connection, sql: string): Promise<T[]> {
  const client = new pg.Client(clientAddress(connection));
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
