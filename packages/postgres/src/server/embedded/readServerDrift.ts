import type { Connection } from "../../connection/connection";
import type { Difference } from "../../convergence/difference";
import { readSettingsDrift } from "../settings/readSettingsDrift";
import { type EmbeddedServer, settingsFileMatches, settingsFileName } from "./server";
import { readServerState } from "./serverState";

/**
 * How an embedded server differs from the declared one.
 *
 * @param superuser how to reach it on the port that it listens on now
 */
export async function readServerDrift(
  wanted: EmbeddedServer,
  superuser: (port: number) => Connection,
): Promise<Difference[]> {
  const { data } = wanted.paths;
  const state = await readServerState(data);
  if (state.state === "absent") {
    const missing = { kind: "server missing", object: `data directory ${data}` } as const;
    const reason = "an empty one will be made";
    return [{ ...missing, expected: null, actual: null, repair: "automatic", reason }];
  }
  if (state.state !== "running") {
    const stopped = { kind: "server stopped", object: `server in ${data}` } as const;
    return [{ ...stopped, expected: "running", actual: "stopped", repair: "automatic" }];
  }
  const file: Difference[] = (await settingsFileMatches(wanted))
    ? []
    : [
        {
          kind: "settings file",
          object: `file ${settingsFileName}`,
          expected: "the declared settings",
          actual: "others",
          repair: "automatic",
        },
      ];
  return [...file, ...(await readSettingsDrift(superuser(state.port), wanted.settings))];
}
