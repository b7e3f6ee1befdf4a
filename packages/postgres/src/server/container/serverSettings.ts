import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError } from "pg";

import type { Connection } from "../../connection/connection";
import { type Difference, renderDifference } from "../../convergence/difference";
import { readSql } from "../../sql/readSql";
import type { ServerSetting } from "../settings/parameters";
import {
  hasValue,
  type LiveSetting,
  planSettings,
  readSettings,
  settingsDrift,
  waitsForRestart,
} from "../settings/settingsDrift";
import { type ConnectionRule, connectionRuleDrift, readConnectionRules } from "./connectionRules";
import { type ContainerSetting, isAppliedLive } from "./containerSettings";
import { containerPaths } from "./mandatorySettings";
import { reachServer } from "./reachServer";

/** Kinds of drift in the settings of a server in a container. */
export const serverSettingsKinds = [
  "server not reachable",
  "server setting",
  "server setting not declared",
  "settings file",
  "connection rule missing",
  "connection rule added",
  "connection rule order",
] as const;

/** The declared settings and access rules of a server in a container. */
export interface ServerDeclaration {
  settings: readonly ContainerSetting[];
  rules: readonly ConnectionRule[];
}

/**
 * How a running server differs from its declaration.
 *
 * @param client a superuser's; opened after the last reload, because older sessions do not see all of it
 * @param before what the last update applied. Only what differs from that too is drift; the rest is a change of the program.
 */
export async function readServerSettingsDrift(
  client: Client,
  declared: ServerDeclaration,
  before: ServerDeclaration = declared,
): Promise<Difference[]> {
  const settings = await readSettings(client, [...declared.settings, ...before.settings]);
  const rules = await readConnectionRules(client);
  const faults = await client.query<FileFault>(readSql(__dirname, "serverSettings"));
  const compare = (wanted: ServerDeclaration) => [
    ...settingsDrift(settings, wanted.settings),
    ...connectionRuleDrift(rules, wanted.rules),
  ];
  const drifted = new Set(compare(before).map(({ object }) => object));
  return [
    ...compare(declared).filter(({ object }) => drifted.has(object)),
    ...faults.rows.map(fileDifference),
  ];
}

/** A line of a settings file that the server cannot read or apply. */
interface FileFault {
  file: string | null;
  line: number | null;
  name: string | null;
  error: string;
}

/** The server keeps its previous value. An update rewrites the program's own files, and no others. */
function fileDifference({ file, line, name, error }: FileFault): Difference {
  const difference = {
    kind: "settings file" as const,
    object: `file ${file ?? "postgresql.conf"}`,
    expected: "lines that the server can read",
    actual: `line ${line ?? 0}${name === null ? "" : ` with ${name}`}: ${error}`,
  };
  if (file?.startsWith(`${containerPaths.configuration}/`) === true)
    return { ...difference, repair: "automatic" };
  return { ...difference, repair: "none", reason: "the server keeps its previous value" };
}

/** For a server to start, and for settings to take effect after a reload. */
const timeoutMs = { start: 60_000, reload: 10_000 };
const purpose = "server-settings";

/**
 * Verifies that the server takes queries, and converges its settings: those that a running server takes, by ALTER SYSTEM and
 * one reload. Everything else that ALTER SYSTEM has written is reset. If a value stays in force until a restart, the server is
 * restarted.
 *
 * @param connection a superuser's
 * @throws ServerUnreachable, or Error with what still differs
 */
export async function convergeServerSettings(
  connection: Connection,
  settings: readonly ContainerSetting[],
): Promise<void> {
  await reachServer(connection, purpose, timeoutMs.start, (client) => apply(client, settings));
  const waiting = await waitUntilInForce(connection, settings);
  if (waiting.length === 0) return;
  await restartServer(connection);
  const left = await waitUntilInForce(connection, settings);
  if (left.length > 0) throw stillDifferent(connection, left);
}

async function apply(client: Client, settings: readonly ContainerSetting[]): Promise<void> {
  const live = await readSettings(client, settings);
  for (const { name, sql } of planSettings(live, settings.filter(isAppliedLive)))
    await client.query(sql).catch((error: unknown) => {
      throw isRejected(error) ? rejected(name, error) : error;
    });
  // Even without a statement: someone may have written a setting and not reloaded.
  if (settingsDrift(live, settings).length > 0)
    await client.query("select pg_catalog.pg_reload_conf()");
}

// Class 22: data exceptions; class 42: there is no such setting.
function isRejected(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(22|42)/.test(error.code ?? "");
}

function rejected(name: string, error: DatabaseError): Error {
  return new Error(
    `setting ${name}: the server rejects its value: ${error.message}.\n` +
      "Correct it in hosterizer-database:serverSettings; docs/server-settings.md lists the defaults.",
    { cause: error },
  );
}

/**
 * Waits until a reload has taken effect. Each reading opens a session, because an older one keeps the values that it began
 * with.
 *
 * @returns what takes effect only after a restart
 */
async function waitUntilInForce(
  connection: Connection,
  settings: readonly ContainerSetting[],
): Promise<Difference[]> {
  const deadline = Date.now() + timeoutMs.reload;
  for (;;) {
    const live = await reachServer(connection, purpose, timeoutMs.start, (client) =>
      readSettings(client, settings),
    );
    const left = settingsDrift(live, settings);
    const waiting = new Set(
      live.filter((setting) => isRightAfterRestart(setting, settings)).map(({ name }) => name),
    );
    if (left.every(({ object }) => waiting.has(object.replace(/^setting /, "")))) return left;
    if (Date.now() > deadline) throw stillDifferent(connection, left);
    await sleep(100);
  }
}

function isRightAfterRestart(live: LiveSetting, settings: readonly ServerSetting[]): boolean {
  const wanted = settings.find(({ name }) => name === live.name);
  const isRight =
    wanted === undefined ? live.override === null : hasValue(live, live.in_files, wanted.value);
  return isRight && waitsForRestart(live);
}

function stillDifferent({ host, port }: Connection, left: readonly Difference[]): Error {
  const lines = left.map((difference) => `  ${renderDifference(difference)}`);
  return new Error(
    `server ${host}:${port}: these settings are not in force, although they were set and reloaded:\n${lines.join("\n")}\n` +
      "Its container may have files of another stack; its log may say why: docker logs. " +
      "Remove the container and run up again, which creates it again; its data stays.",
  );
}

/** For a restart: the checkpoint before it, and Docker's pause. */
const restartTimeoutMs = 90_000;

/**
 * Stops the server, which makes Docker start its container again, and waits until it answers. Sessions are ended and their
 * transactions rolled back, as by `pg_ctl restart`.
 *
 * PostgreSQL has no statement for it, but a superuser may run a program on the server.
 *
 * @throws ServerUnreachable if it does not come back in time
 */
async function restartServer(connection: Connection): Promise<void> {
  const reach = <T>(run: (client: Client) => Promise<T>) =>
    reachServer(connection, "restart", restartTimeoutMs, run);
  const before = await reach(async (client) => {
    const startTime = await readStartTime(client);
    // The session may end before the server answers.
    await client.query(`copy (select where false) to program '${fastShutdown}'`).catch(ignoreLoss);
    return startTime;
  });
  const deadline = Date.now() + restartTimeoutMs;
  while ((await reach(readStartTime)) === before) {
    if (Date.now() > deadline) throw new Error("the server did not stop for a restart");
    await sleep(500);
  }
}

// Programs run in the data directory. The first line of that file is the server's process id.
const fastShutdown = 'kill -INT "$(head -n 1 postmaster.pid)"';

async function readStartTime(client: Client): Promise<string> {
  const { rows } = await client.query<{ at: string }>(
    "select pg_catalog.pg_postmaster_start_time()::text as at",
  );
  return rows[0]?.at ?? "";
}

// Class 57P: ended from outside. Without a code: the connection is lost. 38000: the program was ended with its session, because the
// server signals a session's whole group of processes; whether the server stops is seen afterwards.
function ignoreLoss(error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== undefined && !/^(57P|38000$|ECONNRESET$)/.test(code)) throw error;
}
