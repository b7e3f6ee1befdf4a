import { existsSync } from "node:fs";

import type { dynamic } from "@pulumi/pulumi";

import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import {
  createCluster,
  embeddedServer,
  type EmbeddedServer,
  removeServer,
  startServer,
  stopServer,
} from "@hosterizer/postgres/server/embedded/server";
import {
  readServerDrift,
  resetAlterSystem,
} from "@hosterizer/postgres/server/embedded/serverDrift";
import { removeUnusedBinaries } from "@hosterizer/postgres/server/embedded/binaries";
import { readServerState } from "@hosterizer/postgres/server/embedded/serverProcess";
import { changes } from "./changes";
import { driftLines } from "./driftLines";
import type { EmbeddedServerInputs } from "./embeddedServer";
import { hasUnknown } from "./unknown";

type Inputs = EmbeddedServerInputs & { drift?: string[] };

/**
 * Adds `drift`: how the running server differs from the declared one.
 *
 * A password that is still to be generated cannot be that of data that is there already.
 */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  if (olds.stack === undefined && hasUnknown(news)) {
    const { paths } = await server(news);
    if (existsSync(paths.data))
      return { inputs: news, failures: [{ property: "stack", reason: otherState(paths) }] };
  }
  const known = olds.stack !== undefined && !hasUnknown(news);
  const drift = known ? driftLines(await readDrift(await server(news), news)) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["port"], ["drift"]));
}

/** Makes the data directory, or takes over one that an interrupted update left, and starts the server. */
export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await bringUp(inputs);
  return { id: inputs.stack, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await bringUp(news);
  return { outs: news };
}

/** Stops the server and deletes its data. */
async function remove(_id: string, props: Inputs): Promise<void> {
  await removeServer(await server(props));
  await removeUnusedBinaries(process.cwd());
}

export { remove as delete };

function server({ stack, port }: Inputs): Promise<EmbeddedServer> {
  return embeddedServer(process.cwd(), stack, port);
}

function readDrift(wanted: EmbeddedServer, inputs: Inputs) {
  return readServerDrift(wanted, (port) => superuser(inputs, port));
}

async function bringUp(inputs: Inputs): Promise<void> {
  const wanted = await server(inputs);
  await createCluster(wanted, inputs.user, inputs.password);
  const state = await readServerState(wanted.paths.data);
  if (state.state === "running") {
    await provePassword(inputs, state.port, wanted);
    if ((await readDrift(wanted, inputs)).length === 0) return;
    await resetAlterSystem(superuser(inputs, state.port));
    await stopServer(wanted);
  }
  await startServer(wanted);
  await provePassword(inputs, inputs.port, wanted);
}

// Data outlives a lost state, and the password was in the state.
async function provePassword(
  inputs: Inputs,
  port: number,
  { paths }: EmbeddedServer,
): Promise<void> {
  try {
    await withClient(superuser(inputs, port), "embedded/password", () => Promise.resolve());
  } catch (error) {
    if ((error as { code?: string }).code !== invalidPassword) throw error;
    throw new Error(otherState(paths), { cause: error });
  }
}

function otherState({ data }: EmbeddedServer["paths"]): string {
  return (
    `the data in ${data} was made with another state of this stack: its superuser has another password.\n` +
    "Bring that state back (.hosterizer/state with .hosterizer/passphrase), or remove the server with its data: npm run destroy"
  );
}

const invalidPassword = "28P01";

function superuser({ host, user, password }: Inputs, port: number): Connection {
  return { host, port, user, password, database: "postgres" };
}
