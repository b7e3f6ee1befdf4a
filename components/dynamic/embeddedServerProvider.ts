import { existsSync } from "node:fs";

import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import {
  createCluster,
  embeddedServer,
  type EmbeddedServer,
  hasCertificate,
  readServerDrift,
  removeServer,
  resetAlterSystem,
  startServer,
  stopServer,
} from "@hosterizer/postgres/server/embedded/server";
import {
  makeServerAccount,
  removeUnusedBinaries,
} from "@hosterizer/postgres/server/embedded/paths";
import { readServerState } from "@hosterizer/postgres/server/embedded/serverProcess";
import { checkDrift, hasUnknown, isInState } from "./drift";
import type { EmbeddedServerInputs } from "./embeddedServer";
import { makeProvider, refuse } from "./provider";

type Inputs = EmbeddedServerInputs;

const checkServer = checkDrift<Inputs>(async (news) => readDrift(await serverOf(news), news));

export const provider = makeProvider<Inputs>({
  id: ({ stack }) => stack,
  compared: ({ port, certificate }) => [port, certificate],
  /** A password that is still to be generated cannot be that of a data directory that exists. */
  check: async (olds, news) => {
    if (!isInState(olds) && hasUnknown(news)) {
      const { paths } = await serverOf(news);
      if (existsSync(paths.data)) return { inputs: news, ...refuse([otherState(paths)]) };
    }
    return checkServer(olds, news);
  },
  /** Creates the data directory, or adopts one that an interrupted update left, and starts the server. */
  apply: async (inputs) => {
    await bringUp(inputs);
    return inputs;
  },
  /** Stops the server and deletes its data. */
  remove: async (outputs) => {
    await removeServer(await serverOf(outputs));
    await removeUnusedBinaries(process.cwd());
  },
});

/** @param inputs of a state of an earlier version, without a certificate, or of a preview that does not know it yet */
function serverOf({
  stack,
  port,
  certificate,
  privateKey,
}: Partial<Inputs> & Pick<Inputs, "stack" | "port">): Promise<EmbeddedServer> {
  const isKnown = certificate !== undefined && privateKey !== undefined;
  const own = isKnown ? { certificate, privateKey } : undefined;
  return embeddedServer(process.cwd(), stack, port, own);
}

/** Connects as everything else that looks at this server does, and so in the same session, if the server has its certificate. */
async function readDrift(server: EmbeddedServer, inputs: Inputs) {
  const { sslrootcert } = inputs;
  const isVerifiable = await hasCertificate(server);
  return readServerDrift(server, (port) => ({
    ...superuser(inputs, port),
    ...(isVerifiable ? { sslmode: "verify-full", sslrootcert } : {}),
  }));
}

async function bringUp(inputs: Inputs): Promise<void> {
  makeServerAccount(process.cwd());
  const server = await serverOf(inputs);
  await createCluster(server, inputs.user, inputs.password);
  const state = await readServerState(server.paths.data);
  if (state.state === "running") {
    await testPassword(inputs, state.port, server);
    if ((await readDrift(server, inputs)).length === 0) return;
    await resetAlterSystem(superuser(inputs, state.port));
    await stopServer(server);
  }
  await startServer(server);
  await testPassword(inputs, inputs.port, server);
}

// Data survives the loss of a state, and the password was in the state.
async function testPassword(
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
    "Restore that state (.hosterizer/state with .hosterizer/passphrase), or remove the server with its data: npm run destroy"
  );
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const invalidPassword = "28P01";

function superuser({ host, user, password }: Inputs, port: number): Connection {
  return { host, port, user, password, database: "postgres" };
}
