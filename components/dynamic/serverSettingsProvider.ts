import type { dynamic } from "@pulumi/pulumi";

import { convergeServerSettings } from "@hosterizer/postgres/server/container/convergeServerSettings";
import { readServerSettingsDrift } from "@hosterizer/postgres/server/container/serverSettingsDrift";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { reachServer, ServerUnreachable } from "@hosterizer/postgres/server/container/reachServer";
import { changes } from "./changes";
import { driftLines } from "./driftLines";
import type { ServerSettingsInputs } from "./serverSettings";
import { hasUnknown } from "./unknown";

type Inputs = ServerSettingsInputs & { drift?: string[] };

/** Adds `drift`: how the running server differs from what the last update made of it. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const { settings, rules } = olds;
  const known = settings !== undefined && rules !== undefined && !hasUnknown(news);
  const drift = known ? driftLines(await look(news, { ...news, settings, rules })) : [];
  return { inputs: { ...news, drift } };
}

async function look(news: Inputs, olds: Inputs): Promise<Difference[]> {
  const { connection } = news;
  try {
    return await reachServer(connection, "inspect", 0, (client) =>
      readServerSettingsDrift(client, news, olds),
    );
  } catch (error) {
    // The update is going to start it, or says then why it can't.
    if (!(error instanceof ServerUnreachable)) throw error;
    const object = `server ${connection.host}:${connection.port}`;
    const found = { kind: "server not reachable", object, expected: "an answer" } as const;
    return [{ ...found, actual: `not reachable: ${error.fault}`, repair: "automatic" }];
  }
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["host", "port", "settings", "rules"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await convergeServerSettings(inputs.connection, inputs.settings);
  return { id: "settings", outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await convergeServerSettings(news.connection, news.settings);
  return { outs: news };
}

/** Leaves everything: the server goes with its container. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
