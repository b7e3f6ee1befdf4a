import { existsSync } from "node:fs";
import { chown, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { runProgram } from "./runProgram";
import { type EmbeddedServer, settingsFileName } from "./server";
import { isAlive } from "./serverState";

/**
 * Makes the data directory: UTF8, the locale C (the same order of text on every machine and after every upgrade of
 * the operating system), data checksums, SCRAM for everyone. Does nothing where one exists already.
 *
 * An interrupted run leaves no half-made data directory: it gets its name when it is whole.
 */
export async function createCluster(
  server: EmbeddedServer,
  superuser: string,
  password: string,
): Promise<void> {
  const { paths, account, binaries } = server;
  if (existsSync(paths.data)) return;
  // The server's account passes through the parent; the rest is its own.
  await mkdir(dirname(paths.directory), { recursive: true, mode: 0o711 });
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(paths.directory, account.uid, account.gid);
  await removeInterrupted(paths.directory);
  const unfinished = join(paths.directory, `initdb.${process.pid}`);
  const passwordFile = join(paths.directory, `password.${process.pid}`);
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
    const { code, output } = await runProgram(
      join(binaries, "bin", "initdb"),
      [
        `--pgdata=${unfinished}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
      ],
      account,
    );
    if (code !== 0) throw new Error(`initdb failed with exit code ${code}:\n${output.trim()}`);
    const include = `\ninclude_if_exists = '${settingsFileName}' # has the last word\n`;
    await writeFile(join(unfinished, "postgresql.conf"), include, { flag: "a" });
    await rename(unfinished, paths.data);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

// What a killed run left behind. The number is the run's process id.
async function removeInterrupted(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^(?:initdb|password)\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}
