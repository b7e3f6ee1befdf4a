import type { Difference } from "@hosterizer/postgres/convergence/difference";
import {
  convergeServerSettings,
  readServerSettingsDrift,
} from "@hosterizer/postgres/server/container/serverSettings";
import { reachServer, ServerUnreachable } from "@hosterizer/postgres/server/container/reachServer";
import { checkDrift } from "./drift";
import { makeProvider } from "./provider";
import type { ServerSettingsInputs } from "./serverSettings";

export const provider = makeProvider<ServerSettingsInputs>({
  id: () => "settings",
  compared: ({ host, port, settings, rules }) => [host, port, settings, rules],
  check: checkDrift((news, { settings, rules }) => readDrift(news, { ...news, settings, rules })),
  apply: async (inputs) => {
    await convergeServerSettings(inputs.connection, inputs.settings);
    return inputs;
  },
});

/** How the running server differs from what the last update left. */
async function readDrift(
  news: ServerSettingsInputs,
  olds: ServerSettingsInputs,
): Promise<Difference[]> {
  const { connection } = news;
  try {
    return await reachServer(connection, "inspect", 0, (client) =>
      readServerSettingsDrift(client, news, olds),
    );
  } catch (error) {
    // The update is about to start the server, or says why it cannot.
    if (!(error instanceof ServerUnreachable)) throw error;
    const object = `server ${connection.host}:${connection.port}`;
    const found = { kind: "server not reachable", object, expected: "an answer" } as const;
    return [{ ...found, actual: `not reachable: ${error.fault}`, repair: "automatic" }];
  }
}
