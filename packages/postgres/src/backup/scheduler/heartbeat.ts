import { setTimeout as sleep } from "node:timers/promises";

import { type Connection, withClient } from "../../connection/connection";
import { archiveTimeout } from "../pgbackrest/archiveSettings";
import { serverConnection } from "./archiving";
import { log } from "./log";

/**
 * Commits something once a minute, until the process ends. An idle server writes no WAL: without it no one could tell an archive that
 * is complete from one that lacks its end, and no moment after the last commit could be recovered.
 */
export async function keepBeating(signal: AbortSignal): Promise<void> {
  let fault: string | undefined;
  let woken: string | undefined;
  while (!signal.aborted) {
    const now = await beat(serverConnection, woken).then(
      (started) => {
        woken = started;
        return undefined;
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (now !== fault) log(now === undefined ? "heartbeat: committed" : `heartbeat: ${now}`);
    fault = now;
    await sleep(archiveTimeout * 1000, undefined, { signal });
  }
}

/**
 * Commits something, and wakes a server that has started since the last time.
 *
 * A checkpointer that has begun during the start, when there is no WAL to archive, sleeps for the whole of `checkpoint_timeout`, and
 * forgets `archive_timeout` until then. An archiver that has failed three times sleeps for a minute. Both look again when the configuration
 * is read.
 *
 * @param woken when the server that was woken last had started
 * @returns when this one has
 */
export async function beat(connection: Connection, woken?: string): Promise<string> {
  return withClient(connection, "heartbeat", async (client) => {
    const { rows } = await client.query<{ started: string }>(
      `select pg_catalog.pg_postmaster_start_time()::pg_catalog.text as started,
              pg_catalog.pg_logical_emit_message(true, 'heartbeat', '')`,
    );
    const started = rows[0]?.started ?? "";
    if (started !== woken) await client.query("select pg_catalog.pg_reload_conf()");
    return started;
  });
}
