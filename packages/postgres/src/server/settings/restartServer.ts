import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";

import type { Connection } from "../../connection/connection";
import { reachServer } from "./reachServer";

/** How long a restart may take, in milliseconds: the checkpoint before it, and Docker's pause. */
const patience = 90_000;

const started = "select pg_catalog.pg_postmaster_start_time()::text as at";

/**
 * Ends a server whose container is started again by Docker, and waits until it answers anew. Sessions are ended, their
 * transactions rolled back, as by `pg_ctl restart`.
 *
 * PostgreSQL has no statement for it, but a superuser may run a program where the server runs.
 *
 * @throws ServerUnreachable if it does not come back in time
 */
export async function restartServer(connection: Connection): Promise<void> {
  const before = await reachServer(connection, "restart", patience, async (client) => {
    const at = await startOf(client);
    // The server's own session may end before it can answer.
    await client.query(`copy (select where false) to program '${fastShutdown}'`).catch(ignoreLoss);
    return at;
  });
  const deadline = Date.now() + patience;
  while ((await reachServer(connection, "restart", patience, startOf)) === before) {
    if (Date.now() > deadline) throw new Error("the server has not ended for a restart");
    await sleep(500);
  }
}

// Programs run in the data directory. The first line of that file is the server's process.
const fastShutdown = 'kill -INT "$(head -n 1 postmaster.pid)"';

async function startOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ at: string }>(started);
  return rows[0]?.at ?? "";
}

// Class 57P: ended from outside. Without a code: the connection is gone.
function ignoreLoss(error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== undefined && !code.startsWith("57P") && code !== "ECONNRESET") throw error;
}
