import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";

import { archiveTimeout } from "../pgbackrest/archiveSettings";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import { log } from "./log";

/**
 * Commits something once a minute, until the process ends. An idle server writes no WAL: without it no one could tell an archive that
 * is complete from one that lacks its end, and no moment after the last commit could be recovered.
 */
export async function keepBeating(signal: AbortSignal): Promise<void> {
  let fault: string | undefined;
  while (!signal.aborted) {
    const now = await beat().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (now !== fault) log(now === undefined ? "heartbeat: committed" : `heartbeat: ${now}`);
    fault = now;
    await sleep(archiveTimeout * 1000, undefined, { signal });
  }
}

async function beat(): Promise<void> {
  const client = new Client({
    host: backupPaths.socket,
    user: "postgres",
    database: "postgres",
    application_name: "hosterizer-database/heartbeat",
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("select pg_catalog.pg_logical_emit_message(true, 'heartbeat', '')");
  } finally {
    await client.end().catch(() => undefined);
  }
}
