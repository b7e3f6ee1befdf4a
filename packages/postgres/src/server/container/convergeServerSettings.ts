import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError } from "pg";

import type { Connection } from "../../connection/connection";
import type { Difference } from "../../convergence/difference";
import { renderDifference } from "../../convergence/renderDifference";
import { planSettings } from "../settings/planSettings";
import { reachServer } from "../settings/reachServer";
import {
  holds,
  readSettingsInForce,
  type SettingInForce,
  waitsForRestart,
} from "../settings/readSettingsInForce";
import { restartServer } from "../settings/restartServer";
import type { ServerSetting } from "../settings/serverSetting";
import { settingsDrift } from "../settings/settingsDrift";
import { isAppliedLive } from "./configurationFiles";
import type { ContainerSetting } from "./containerSetting";

/** A server that was just started is waited for, and settings until they are in force, in milliseconds. */
const patience = { start: 60_000, reload: 10_000 };
const purpose = "server-settings";

/**
 * Proves that the server takes queries, and brings its settings to what is declared: those that it takes while it runs by
 * ALTER SYSTEM and one reload. Whatever else ALTER SYSTEM has written is undone. Where something of that is in force until
 * a restart, the server is restarted.
 *
 * @param connection a superuser's
 * @throws ServerUnreachable, or Error with what is still different
 */
export async function convergeServerSettings(
  connection: Connection,
  settings: readonly ContainerSetting[],
): Promise<void> {
  await reachServer(connection, purpose, patience.start, (client) => apply(client, settings));
  const unfinished = await waitUntilInForce(connection, settings);
  if (unfinished.length === 0) return;
  await restartServer(connection);
  const after = await waitUntilInForce(connection, settings);
  if (after.length > 0) throw stillDifferent(connection, after);
}

async function apply(client: Client, settings: readonly ContainerSetting[]): Promise<void> {
  const found = await readSettingsInForce(client, settings);
  for (const { name, sql } of planSettings(found, settings.filter(isAppliedLive)))
    await client.query(sql).catch((error: unknown) => {
      throw isNotTaken(error) ? notTaken(name, error) : error;
    });
  // Also without a statement: somebody may have written one and not reloaded.
  if (settingsDrift(found, settings).length > 0)
    await client.query("select pg_catalog.pg_reload_conf()");
}

// Class 22: data exceptions; class 42: there is no such setting.
function isNotTaken(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(22|42)/.test(error.code ?? "");
}

function notTaken(name: string, error: DatabaseError): Error {
  return new Error(
    `setting ${name}: the server does not take its value: ${error.message}.\n` +
      "Correct it in hosterizer-database:serverSettings; docs/server-settings.md has the defaults.",
    { cause: error },
  );
}

/**
 * Waits for a reload to reach everybody. Each look is a session of its own: an older one keeps what it began with.
 *
 * @returns what only a restart ends
 */
async function waitUntilInForce(
  connection: Connection,
  settings: readonly ContainerSetting[],
): Promise<Difference[]> {
  const deadline = Date.now() + patience.reload;
  for (;;) {
    const look = (client: Client) => readSettingsInForce(client, settings);
    const found = await reachServer(connection, purpose, patience.start, look);
    const left = settingsDrift(found, settings);
    const waiting = new Set(
      found.filter((setting) => isCured(setting, settings)).map(({ name }) => name),
    );
    if (left.every(({ object }) => waiting.has(object.replace(/^setting /, "")))) return left;
    if (Date.now() > deadline) throw stillDifferent(connection, left);
    await sleep(100);
  }
}

/** Whether the next start brings what is declared. */
function isCured(found: SettingInForce, settings: readonly ServerSetting[]): boolean {
  const wanted = settings.find(({ name }) => name === found.name);
  const isRight =
    wanted === undefined ? found.override === null : holds(found, found.in_files, wanted.value);
  return isRight && waitsForRestart(found);
}

function stillDifferent({ host, port }: Connection, left: readonly Difference[]): Error {
  const lines = left.map((difference) => `  ${renderDifference(difference)}`);
  return new Error(
    `server ${host}:${port}: these settings are not in force, although they were set and reloaded:\n${lines.join("\n")}\n` +
      "Its container may have other files than this stack's, or its log says why: docker logs. " +
      "Remove the container, and the next up makes it anew; its data stays.",
  );
}
