import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Connection, withClient } from "../../connection/connection";
import { withSession } from "../../connection/withSession";
import type { Difference } from "../../convergence/difference";
import { readSettings, settingsDrift } from "../settings/settingsDrift";
import { settingsFile } from "../settings/parameters";
import { type EmbeddedServer, settingsFileName } from "./server";
import { readServerState } from "./serverProcess";

/** Kinds of drift in the settings of a running embedded server. */
export const serverDriftKinds = [
  "server setting",
  "server setting not declared",
  "settings file",
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

async function readFileDrift({ paths, settings }: EmbeddedServer): Promise<Difference[]> {
  const text = await readFile(join(paths.data, settingsFileName), "utf8").catch(() => "");
  if (text === settingsFile(settings)) return [];
  const file = { kind: "settings file", object: `file ${settingsFileName}` } as const;
  const values = { expected: "the declared settings", actual: "others" };
  return [{ ...file, ...values, repair: "automatic" }];
}

/** Resets everything that ALTER SYSTEM has set, which overrides the settings file. @param connection a superuser's */
export async function resetAlterSystem(connection: Connection): Promise<void> {
  await withClient(connection, "embedded/settings", (client) =>
    client.query("alter system reset all"),
  );
}
