import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import {
  issueCertificate,
  type KeyAndCertificate,
  makeAuthority,
} from "@hosterizer/postgres/tls/certificates";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  createCluster,
  embeddedServer,
  type EmbeddedServer,
  removeServer,
  startServer,
  stopServer,
} from "@hosterizer/postgres/server/embedded/server";
import { runProgram } from "@hosterizer/postgres/server/embedded/serverProcess";
import { freePort } from "../../packages/postgres/test/integration/freePort";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";

/** A real server as a provider would run it: only with TLS, and without a superuser for its users. */
export interface ManagedServer {
  host: string;
  port: number;
  /** PEM of the authority that has signed its certificate. */
  authorityFile: string;
  /** The provider's own login, for tests to inspect the server. */
  superuser: Connection;
  /** LOGIN CREATEDB CREATEROLE, and nothing else. */
  deploy: Connection & { password: string };
  server: EmbeddedServer;
  stop: () => Promise<void>;
  /** Has it listen on another port. */
  move: () => Promise<void>;
  /** Has another authority sign its certificate; `authorityFile` is the new one's. */
  renewAuthority: () => Promise<void>;
  /** A standby that follows it, on the same port of another address. */
  addStandby: (host: string) => Promise<Standby>;
  /** Stops it and its standbys, and removes their data. */
  remove: () => Promise<void>;
}

export interface Standby {
  /** Makes it the primary. */
  promote: () => Promise<void>;
  superuser: Connection;
}

export interface ManagedOptions {
  /** Differ from those of the embedded server. */
  settings?: Readonly<Record<string, string>>;
  /** Names and addresses in its certificate. */
  names?: readonly string[];
  /** Folder with `bin/postgres` of another version. */
  binaries?: string;
  /** Whether it speaks TLS. Default true. */
  tls?: boolean;
}

const everyName = ["localhost", "127.0.0.1", "127.0.0.2"];

/** Starts one. The caller removes it, even if its test fails. */
export async function startManagedServer(options: ManagedOptions = {}): Promise<ManagedServer> {
  const { names = everyName, binaries, tls = true } = options;
  const host = "127.0.0.1";
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-managed-"));
  // The server may run as a different user from the tests, who must be able to enter the folder.
  await chmod(directory, 0o711);
  const home = join(directory, "server");
  const own = await embeddedServer(process.cwd(), "test", port);
  const server: EmbeddedServer = {
    ...own,
    binaries: binaries ?? own.binaries,
    paths: { directory: home, data: join(home, "data"), log: join(home, "postgresql.log") },
    settings: merge(own.settings, { listen_addresses: host, ssl: "on", ...options.settings }),
  };
  const password = randomBytes(16).toString("hex");
  await createCluster(server, "postgres", password);
  const authority = await makeAuthority("hosterizer-test", new Date());
  const authorityFile = join(directory, "authority.pem");
  await writeFile(authorityFile, authority.certificate);
  const request = { commonName: "managed", hosts: names, usage: "server" } as const;
  await showCertificate(server, await issueCertificate(authority, request, new Date()));
  await writeRules(server, tls ? "hostssl" : "host");
  const plain = tls ? server : { ...server, settings: merge(server.settings, { ssl: "off" }) };
  await startServer(plain);

  const trust = tls ? { sslmode: "verify-ca", sslrootcert: authorityFile } : {};
  const address = { host, port, database: "postgres", ...trust } as Connection;
  const superuser: Connection = { ...address, user: "postgres", password };
  const deploy = { ...address, user: "deploy", password: randomBytes(16).toString("hex") };
  await rowsOf(
    superuser,
    `create role rds_superuser nologin createdb createrole;
     grant pg_monitor, pg_signal_backend to rds_superuser with admin option;
     create role deploy login createdb createrole password '${deploy.password}'`,
  );
  const standbys: EmbeddedServer[] = [];
  const managed: ManagedServer = {
    host,
    port,
    authorityFile,
    superuser,
    deploy,
    server: plain,
    stop: () => stopServer(managed.server),
    move: async () => {
      const to = await freePort();
      await stopServer(managed.server);
      managed.server = { ...plain, settings: merge(plain.settings, { port: String(to) }) };
      await startServer(managed.server);
      for (const reached of [managed, superuser, deploy]) reached.port = to;
    },
    renewAuthority: async () => {
      const renewed = await makeAuthority("hosterizer-test-2", new Date());
      const file = join(directory, "authority-2.pem");
      await writeFile(file, renewed.certificate);
      await showCertificate(server, await issueCertificate(renewed, request, new Date()));
      await rowsOf(superuser, "select pg_catalog.pg_reload_conf()");
      managed.authorityFile = file;
      for (const reached of [superuser, deploy]) reached.sslrootcert = file;
    },
    addStandby: async (at) => {
      const standby = await copyAsStandby(plain, { at, port, password });
      standbys.push(standby);
      const there = { ...superuser, host: at };
      const promote = () => rowsOf(there, "select pg_catalog.pg_promote()").then(() => undefined);
      return { superuser: there, promote };
    },
    remove: async () => {
      for (const standby of standbys) await stopWherever(standby);
      await removeServer(managed.server);
      await rm(directory, { recursive: true, force: true });
    },
  };
  return managed;
}

/** `stopServer` asks 127.0.0.1 whether there is something to stop; a standby listens on another address. */
async function stopWherever({ binaries, account, paths }: EmbeddedServer): Promise<void> {
  const stop = ["stop", "-w", "-m", "immediate", "-D", paths.data];
  const { code, output } = await runProgram(join(binaries, "bin", "pg_ctl"), stop, account);
  if (code !== 0) throw new Error(`The standby in ${paths.data} does not stop:\n${output}`);
}

type Settings = EmbeddedServer["settings"];

function merge(settings: Settings, others: Readonly<Record<string, string>>): Settings {
  const kept = settings.filter(({ name }) => !(name in others));
  const added = Object.entries(others).map(([name, value]) => ({ name, value, reason: "a test" }));
  return [...kept, ...added];
}

async function showCertificate(
  server: EmbeddedServer,
  { certificate, privateKey }: KeyAndCertificate,
): Promise<void> {
  await put(server, "server.crt", certificate);
  await put(server, "server.key", privateKey);
}

function writeRules(server: EmbeddedServer, kind: "host" | "hostssl"): Promise<void> {
  const rule = (database: string) => `${kind} ${database} all all scram-sha-256\n`;
  return put(server, "pg_hba.conf", rule("all") + rule("replication"));
}

async function put({ paths, account }: EmbeddedServer, name: string, text: string): Promise<void> {
  const path = join(paths.data, name);
  await writeFile(path, text, { mode: 0o600 });
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

/** A copy of the stopped server's files is a base backup. */
async function copyAsStandby(
  source: EmbeddedServer,
  { at, port, password }: { at: string; port: number; password: string },
): Promise<EmbeddedServer> {
  await stopServer(source);
  const directory = `${source.paths.directory}-${at}`;
  await promisify(execFile)("cp", ["-a", source.paths.directory, directory]);
  const paths = {
    directory,
    data: join(directory, "data"),
    log: join(directory, "postgresql.log"),
  };
  const follow = `host=127.0.0.1 port=${port} user=postgres password=${password} sslmode=require`;
  const settings = merge(source.settings, { listen_addresses: at, primary_conninfo: follow });
  const standby = { ...source, paths, settings };
  await put(standby, "standby.signal", "");
  await startServer(source);
  await startServer(standby);
  return standby;
}
