import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Connection } from "../../connection/connection";
import { withClient } from "../../connection/connection";
import {
  makeServerAccount,
  serverAccount,
  serverBinaries,
  type ServerPaths,
  serverPaths,
} from "../../server/embedded/paths";
import { createCluster, type EmbeddedServer } from "../../server/embedded/server";
import { runProgram } from "../../server/embedded/serverProcess";
import type { ThrowawayServer } from "./throwawayServer";

/** An empty server on this machine that only this process and root can reach, and that ends with this process. */
export interface EmbeddedThrowaway extends Pick<ThrowawayServer, "connect" | "stop"> {
  /** Folder for what belongs to the drill. It is removed with the server. */
  folder: string;
}

/**
 * Starts one with the program of stack `local`. It listens on no port, only on a socket in a folder that its user alone may enter.
 *
 * @param name of its folder; a drill that was killed has left one, which is removed
 */
export async function startEmbeddedThrowaway(
  projectDirectory: string,
  name: string,
): Promise<EmbeddedThrowaway> {
  makeServerAccount(projectDirectory);
  const account = serverAccount(projectDirectory);
  const paths = serverPaths(projectDirectory, name, account);
  const binaries = await serverBinaries(projectDirectory, account);
  const server: EmbeddedServer = { paths, binaries, account, settings: [] };
  await clear(server);
  // Never asked for: the rules admit everyone who reaches the socket.
  await createCluster(server, "postgres", randomBytes(32).toString("base64url"));
  const socket = await makeSocketFolder(server);
  const rules = join(paths.directory, "pg_hba.conf");
  await write(server, rules, "local all all trust\n");
  const log = await open(paths.log, "a", 0o600);
  const child = spawn(
    "/bin/sh",
    [
      "-c",
      untilStandardInputEnds,
      "sh",
      join(binaries, "bin", "postgres"),
      "-D",
      paths.data,
    ].concat(settings(socket, rules)),
    {
      ...account,
      cwd: "/",
      stdio: ["pipe", log.fd, log.fd],
      env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    },
  );
  const ended = once(child, "exit");
  await log.close();
  const connect = (user: string, database: string): Connection => ({
    ...{ host: socket, port: 5432, user, database },
  });
  const stop = async () => {
    child.stdin?.destroy();
    await ended;
    await clear(server);
  };
  try {
    await awaitStart(child, connect("postgres", "postgres"), paths);
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder: paths.directory, connect, stop };
}

/**
 * Runs a server until its own standard input ends, which this process holds open: so it ends with this process, also with one that is
 * killed. What it has written is thrown away.
 */
const untilStandardInputEnds = `
  exec 3<&0
  "$@" </dev/null 3<&- &
  server=$!
  { cat <&3 >/dev/null; kill -QUIT "$server" 2>/dev/null; } &
  exec 3<&-
  wait "$server"
`;

function settings(socket: string, rules: string): string[] {
  const values = {
    hba_file: rules,
    listen_addresses: "",
    unix_socket_directories: socket,
    // Nothing here outlives the drill.
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    wal_level: "minimal",
    max_wal_senders: "0",
    archive_mode: "off",
    restart_after_crash: "off",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function awaitStart(
  child: ChildProcess,
  superuser: Connection,
  { log }: ServerPaths,
): Promise<void> {
  for (;;) {
    if (await answers(superuser)) return;
    if (child.exitCode !== null || child.signalCode !== null) {
      const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
      throw new Error(`The throwaway server does not start:\n${lines.slice(-8).join("\n")}`);
    }
    await sleep(100);
  }
}

function answers(superuser: Connection): Promise<boolean> {
  return withClient(superuser, "drill", () => Promise.resolve(true)).catch(() => false);
}

/** Has the path of the socket's folder, which is not in the server's: a socket's path may have 107 bytes. */
const socketNote = "socket";

async function makeSocketFolder(server: EmbeddedServer): Promise<string> {
  const folder = join(tmpdir(), `hosterizer-drill-${randomBytes(6).toString("hex")}`);
  // Noted first, so that a killed drill leaves no folder that the next one does not know.
  await write(server, join(server.paths.directory, socketNote), folder);
  await mkdir(folder, { mode: 0o700 });
  if (server.account !== undefined) await chown(folder, server.account.uid, server.account.gid);
  return folder;
}

/** Whether a path is one that `makeSocketFolder` chooses. The note is a file of the server's account, which may have written any other. */
export function isSocketFolder(path: string): boolean {
  const name = basename(path);
  return /^hosterizer-drill-[0-9a-f]{12}$/.test(name) && path === join(tmpdir(), name);
}

/** Removes a drill's files, and first the server that one has left which was killed together with its shell. */
async function clear({ paths, binaries, account }: EmbeddedServer): Promise<void> {
  const note = await readFile(join(paths.directory, socketNote), "utf8").catch(() => undefined);
  if (note !== undefined) {
    const left = { host: note, port: 5432, user: "postgres", database: "postgres" };
    if (await answers(left)) {
      const stop = ["stop", "-w", "-m", "immediate", "-D", paths.data];
      await runProgram(join(binaries, "bin", "pg_ctl"), stop, account);
    }
    if (isSocketFolder(note)) await rm(note, { recursive: true, force: true });
  }
  await rm(paths.directory, { recursive: true, force: true });
}

async function write({ account }: EmbeddedServer, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
}
