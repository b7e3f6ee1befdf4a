import { chown, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { ServerSetting } from "../settings/serverSetting";
import { settingsFile } from "../settings/settingsFile";
import type { Account } from "./account";
import type { ServerPaths } from "./paths";
import { runProgram } from "./runProgram";
import { disownPidFile } from "./disownPidFile";
import { readServerState } from "./serverState";

/** Everything that is needed to run one embedded server. */
export interface EmbeddedServer {
  paths: ServerPaths;
  /** Folder with `bin/postgres`. */
  binaries: string;
  /** Undefined: the account of this process. */
  account: Account | undefined;
  settings: readonly ServerSetting[];
}

/** In the data directory; postgresql.conf includes it last. */
export const settingsFileName = "hosterizer.conf";

/** Whether the settings file on disk is the wanted one. */
export async function settingsFileMatches({ paths, settings }: EmbeddedServer): Promise<boolean> {
  const found = await readFile(join(paths.data, settingsFileName), "utf8").catch(() => "");
  return found === settingsFile(settings);
}

/**
 * Starts the server with the wanted settings and waits until it takes connections. The server outlives this process.
 *
 * @throws Error with the end of the server's log when it does not come up in 60 seconds.
 */
export async function startServer(server: EmbeddedServer): Promise<void> {
  const { paths } = server;
  await writeOwned(server, join(paths.data, settingsFileName), settingsFile(server.settings));
  await writeOwned(server, paths.log, "", "a");
  const crashed = await disownPidFile(paths.data);
  // -w waits until connections are taken: 60 seconds, because a recovery after a crash may come first.
  const start = ["start", "-w", "-t", "60", "-D", paths.data, "-l", paths.log];
  // Sessions of a killed server hold its shared memory until they notice, and PostgreSQL refuses to start beside them.
  for (let attempt = 0; attempt < (crashed ? 10 : 1); attempt++) {
    if (attempt > 0) await sleep(500);
    if ((await control(server, start)).code === 0) return;
  }
  const end = (await readFile(paths.log, "utf8")).trimEnd().split("\n").slice(-8).join("\n");
  throw new Error(
    `The PostgreSQL server in ${paths.data} does not start. The end of its log, ${paths.log}:\n${end}`,
  );
}

/** Stops the server: sessions are ended, their transactions rolled back. Does nothing if it does not run. */
export async function stopServer(server: EmbeddedServer): Promise<void> {
  if ((await readServerState(server.paths.data)).state !== "running") return;
  const stop = ["stop", "-w", "-t", "60", "-m", "fast", "-D", server.paths.data];
  const { code, output } = await control(server, stop);
  if (code !== 0) {
    throw new Error(`The PostgreSQL server in ${server.paths.data} does not stop:\n${output}`);
  }
}

/** Stops the server and deletes its data. There is no way back. */
export async function removeServer(server: EmbeddedServer): Promise<void> {
  await stopServer(server);
  await rm(server.paths.directory, { recursive: true, force: true });
}

function control({ binaries, account }: EmbeddedServer, args: string[]) {
  return runProgram(join(binaries, "bin", "pg_ctl"), args, account);
}

async function writeOwned(
  { account }: EmbeddedServer,
  path: string,
  text: string,
  flag: "w" | "a" = "w",
): Promise<void> {
  await writeFile(path, text, { flag, mode: 0o600 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
}
