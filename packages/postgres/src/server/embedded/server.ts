import { existsSync } from "node:fs";
import { chown, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Connection, withClient } from "../../connection/connection";
import { withSession } from "../../connection/withSession";
import type { Difference } from "../../convergence/difference";
import type { KeyAndCertificate } from "../../tls/certificates";
import { type ServerSetting, settingsFile } from "../settings/parameters";
import { readSettings, settingsDrift } from "../settings/settingsDrift";
import {
  type Account,
  serverAccount,
  serverBinaries,
  type ServerPaths,
  serverPaths,
} from "./paths";
import { disownPidFile, isAlive, readServerState, runProgram } from "./serverProcess";

/** Everything that is needed to run an embedded server. */
export interface EmbeddedServer {
  paths: ServerPaths;
  /** Folder with `bin/postgres`. */
  binaries: string;
  /** Undefined: the account of this process. */
  account: Account | undefined;
  settings: readonly ServerSetting[];
  /** By which clients know the server from another program on its port. Undefined: the one that it has, if it has one. */
  certificate?: KeyAndCertificate | undefined;
}

/** The embedded server of a stack of a project, whether it exists yet or not. */
export async function embeddedServer(
  projectDirectory: string,
  stack: string,
  port: number,
  certificate?: KeyAndCertificate,
): Promise<EmbeddedServer> {
  const account = serverAccount(projectDirectory);
  const paths = serverPaths(projectDirectory, stack, account);
  const binaries = await serverBinaries(projectDirectory, account);
  const hasTls = certificate !== undefined || existsSync(join(paths.data, tlsFiles.certificate));
  return { paths, binaries, account, settings: serverSettings(port, hasTls), certificate };
}

/** In the data directory, where PostgreSQL looks for them by default. */
const tlsFiles = { certificate: "server.crt", privateKey: "server.key" } as const;

function filesOf(pair: KeyAndCertificate | undefined): (readonly [name: string, text: string])[] {
  if (pair === undefined) return [];
  return [
    [tlsFiles.certificate, pair.certificate],
    [tlsFiles.privateKey, pair.privateKey],
  ];
}

/**
 * The settings of the embedded server. All others stay as initdb left them.
 *
 * https://www.postgresql.org/docs/15/runtime-config.html
 */
function serverSettings(port: number, hasTls: boolean): ServerSetting[] {
  // A reason is a comment in the settings file, so a reworded one restarts the server.
  return [
    { name: "listen_addresses", value: "127.0.0.1", reason: "nobody beyond this machine" },
    { name: "port", value: String(port), reason: "from hosterizer-database:port" },
    {
      name: "unix_socket_directories",
      value: "",
      reason: "a socket's path may have 107 bytes, a clone may lie deeper",
    },
    ...(hasTls
      ? [{ name: "ssl", value: "on", reason: "clients verify that no other program has the port" }]
      : []),
    { name: "password_encryption", value: "scram-sha-256", reason: "md5 can be replayed" },
    {
      name: "shared_preload_libraries",
      value: "pg_stat_statements",
      reason: "the extension counts nothing unless it is loaded at start",
    },
    {
      name: "pg_stat_statements.track_utility",
      value: "off",
      reason: "it would keep the passwords and verifiers of CREATE ROLE and ALTER ROLE",
    },
    { name: "timezone", value: "UTC", reason: "the same on every machine" },
    { name: "log_timezone", value: "UTC", reason: "the same on every machine" },
    {
      name: "log_line_prefix",
      value: "%m [%p] %q%u@%d/%a ",
      reason: "who did it, for the reader of the log",
    },
  ];
}

/** In the data directory; the last file that postgresql.conf includes. */
const settingsFileName = "hosterizer.conf";

/** The port that the server was last started with; undefined if it never was. */
export async function configuredPort(paths: ServerPaths): Promise<number | undefined> {
  const text = await readFile(join(paths.data, settingsFileName), "utf8").catch(() => "");
  const port = /^port = '(\d+)'/m.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

/**
 * Creates the data directory: UTF8, the locale C (which sorts text the same way on every machine and after every upgrade of
 * the operating system), data checksums, SCRAM for all logins. Does nothing if it exists.
 *
 * It gets its name when it is complete, so an interrupted run leaves no unfinished data directory.
 */
export async function createCluster(
  server: EmbeddedServer,
  superuser: string,
  password: string,
): Promise<void> {
  const { paths, account, binaries } = server;
  if (existsSync(paths.data)) return;
  // The server's account only traverses the parent.
  await mkdir(dirname(paths.directory), { recursive: true, mode: 0o711 });
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(paths.directory, account.uid, account.gid);
  await removeLeftovers(paths.directory);
  const unfinished = join(paths.directory, `initdb.${process.pid}`);
  const passwordFile = join(paths.directory, `password.${process.pid}`);
  try {
    await writeOwned(server, passwordFile, password);
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

// Of killed runs. The number in a name is the run's process id.
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^(?:initdb|password)\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

/**
 * Starts the server with the declared settings and waits until it takes connections. The server outlives this process.
 *
 * @throws Error with the end of the server's log if it does not start within 60 seconds.
 */
export async function startServer(server: EmbeddedServer): Promise<void> {
  const { paths } = server;
  await takeOver(server);
  for (const [name, text] of filesOf(server.certificate)) {
    await writeOwned(server, join(paths.data, name), text);
  }
  await writeOwned(server, join(paths.data, settingsFileName), settingsFile(server.settings));
  await writeOwned(server, paths.log, "", "a");
  const wasKilled = await disownPidFile(paths.data);
  // -w waits until it takes connections: 60 seconds, because it may have to recover from a crash first.
  const start = ["start", "-w", "-t", "60", "-D", paths.data, "-l", paths.log];
  // Sessions of a killed server hold its shared memory until they notice; until then PostgreSQL refuses to start.
  for (let attempt = 0; attempt < (wasKilled ? 10 : 1); attempt++) {
    if (attempt > 0) await sleep(500);
    if ((await control(server, start)).code === 0) return;
  }
  const end = (await readFile(paths.log, "utf8")).trimEnd().split("\n").slice(-8).join("\n");
  throw new Error(
    `The PostgreSQL server in ${paths.data} does not start. The end of its log, ${paths.log}:\n${end}`,
  );
}

/** Gives the files of a stopped server to the account that is to run it: an earlier one was shared with other programs. */
async function takeOver({ paths, account }: EmbeddedServer): Promise<void> {
  if (account === undefined) return;
  const { uid } = await lstat(paths.data);
  if (uid === account.uid) return;
  // What others have linked into the folder stays theirs.
  const own = ["-R", "-h", `--from=${uid}`, `${account.uid}:${account.gid}`, paths.directory];
  const { code, output } = await runProgram("chown", own, undefined);
  if (code !== 0) throw new Error(`The files of the server could not be taken over:\n${output}`);
}

/** Stops the server: ends its sessions and rolls their transactions back. Does nothing if it is not running. */
export async function stopServer(server: EmbeddedServer): Promise<void> {
  if ((await readServerState(server.paths.data)).state !== "running") return;
  const stop = ["stop", "-w", "-t", "60", "-m", "fast", "-D", server.paths.data];
  const { code, output } = await control(server, stop);
  if (code !== 0) {
    throw new Error(`The PostgreSQL server in ${server.paths.data} does not stop:\n${output}`);
  }
}

/** Kinds of drift in the settings of a running embedded server. */
export const serverDriftKinds = [
  "server setting",
  "server setting not declared",
  "settings file",
  "server certificate",
] as const;

/**
 * How an embedded server differs from the declared one.
 *
 * @param superuser how to connect to the port that it listens on now
 */
export async function readServerDrift(
  wanted: EmbeddedServer,
  superuser: (port: number) => Connection,
): Promise<Difference[]> {
  const { data } = wanted.paths;
  const state = await readServerState(data);
  if (state.state === "absent") {
    const missing = { kind: "server missing", object: `data directory ${data}` } as const;
    const reason = "an empty one will be created";
    return [{ ...missing, expected: null, actual: null, repair: "automatic", reason }];
  }
  if (state.state !== "running") {
    const stopped = { kind: "server stopped", object: `server in ${data}` } as const;
    return [{ ...stopped, expected: "running", actual: "stopped", repair: "automatic" }];
  }
  const settings = await withSession(superuser(state.port), async (client) =>
    settingsDrift(await readSettings(client, wanted.settings), wanted.settings),
  );
  return [...(await readFileDrift(wanted)), ...settings];
}

/** Whether the files of a server have the declared certificate, which it then shows: it is restarted with them. */
export async function hasCertificate({ paths, certificate }: EmbeddedServer): Promise<boolean> {
  const files = filesOf(certificate);
  const found = await Promise.all(
    files.map(([name]) => readFile(join(paths.data, name), "utf8").catch(() => "")),
  );
  return files.length > 0 && files.every(([, text], index) => found[index] === text);
}

async function readFileDrift({
  paths,
  settings,
  certificate,
}: EmbeddedServer): Promise<Difference[]> {
  const read = (name: string) => readFile(join(paths.data, name), "utf8").catch(() => "");
  const drift: Difference[] = [];
  if ((await read(settingsFileName)) !== settingsFile(settings)) {
    const file = { kind: "settings file", object: `file ${settingsFileName}` } as const;
    const values = { expected: "the declared settings", actual: "others" };
    drift.push({ ...file, ...values, repair: "automatic" });
  }
  for (const [name, text] of filesOf(certificate)) {
    if ((await read(name)) === text) continue;
    const file = { kind: "server certificate", object: `file ${name}` } as const;
    const values = { expected: "the declared certificate and its key", actual: "others" };
    drift.push({ ...file, ...values, repair: "automatic" });
  }
  return drift;
}

/** Resets everything that ALTER SYSTEM has set, which overrides the settings file. @param connection a superuser's */
export async function resetAlterSystem(connection: Connection): Promise<void> {
  await withClient(connection, "embedded/settings", (client) =>
    client.query("alter system reset all"),
  );
}

/** Stops the server and deletes its data irrevocably. */
export async function removeServer(server: EmbeddedServer): Promise<void> {
  await stopServer(server);
  await rm(server.paths.directory, { recursive: true, force: true });
}

async function control({ binaries, account, paths }: EmbeddedServer, args: string[]) {
  // A server that still runs as another account is stopped as that.
  const { uid, gid } = await lstat(paths.data);
  const owner = account === undefined ? undefined : { uid, gid };
  return runProgram(join(binaries, "bin", "pg_ctl"), args, owner);
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
