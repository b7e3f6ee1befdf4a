import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { backupPaths } from "../pgbackrest/backupDeclaration";
import { runPgBackRest, said } from "../pgbackrest/runPgBackRest";
import { log } from "./log";

/**
 * Archives the histories of the server's timelines, which the server itself does only once: a repository lacks them that was added after a
 * recovery, or did not answer while too much WAL waited. Without them no recovery could follow a timeline.
 */
export async function archiveHistories(signal: AbortSignal): Promise<void> {
  const wal = join(backupPaths.data, "pg_wal");
  const histories = (await readdir(wal)).filter((name) => name.endsWith(".history")).sort();
  for (const name of histories) {
    const push = ["--no-archive-async", "archive-push", join(wal, name)];
    const run = await runPgBackRest(push, signal);
    if (run.code !== 0) log(`${name} could not be archived (${said(run)})`);
  }
}
