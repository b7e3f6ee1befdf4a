import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";

import { type Connection, openClient } from "../../connection/connection";
import { ServerUnreachable } from "./serverUnreachable";

/** How often a server that is about to answer is asked, in milliseconds. */
const pause = 500;

/**
 * Opens a session, hands it to `run`, and closes it whatever happens.
 *
 * @param patience how long a server that does not answer yet is waited for, in milliseconds
 * @throws ServerUnreachable if there is no session to be had; errors of `run` as they are
 */
export async function reachServer<T>(
  connection: Connection,
  purpose: string,
  patience: number,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patience;
  const client = await open(connection, purpose, deadline);
  try {
    return await run(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function open(connection: Connection, purpose: string, deadline: number): Promise<Client> {
  for (;;) {
    try {
      return await openClient(connection, purpose);
    } catch (error) {
      const unreachable = new ServerUnreachable(connection, error);
      if (!unreachable.passing || Date.now() + pause > deadline) throw unreachable;
      await sleep(pause);
    }
  }
}
