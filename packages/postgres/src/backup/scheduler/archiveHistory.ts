import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { backupPaths } from "../pgbackrest/backupDeclaration";
import { runPgBackRest, said } from "../pgbackrest/runPgBackRest";
import { log } from "./log";

/**
 * Archives the history of the server's timeline, which the server itself does only once: a repository that was added after a recovery
 * lacks it, and without it no recovery could follow the timeline.
 */
export async function archiveHistory(signal: AbortSignal): Promise<void> {
  const wal = join(backupPaths.data, "pg_wal");
  const newest = (await readdir(wal))
    .filter((name) => name.endsWith(".history"))
    .sort()
    .at(-1);
  if (newest === undefined) return;
  const run = await runPgBackRest(
    ["--no-archive-async", "archive-push", join(wal, newest)],
    signal,
  );
  if (run.code !== 0) log(`${newest} could not be archived (${said(run)})`);
}
