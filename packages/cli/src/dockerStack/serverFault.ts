import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import { pingServer, probeServerCertificate } from "@hosterizer/postgres/connection/probeServer";
import {
  readCertificateFile,
  writeCertificateFile,
} from "@hosterizer/postgres/tls/certificateFile";
import type { TlsRefusal } from "@hosterizer/postgres/connection/connectionFailure";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import { type DockerStack, readDockerSettings } from "../stack/readInstanceSettings";
import { readResources, type ResourceState } from "../stack/state";
import { say } from "../terminal";
import { dockerNames } from "./dockerObjects";
import { engine, requireEngine } from "./engine";

/**
 * Checks that a preview of a stack in Docker can reach its server, and says in one line why not, where otherwise each of the
 * stack's resources would. Starts nothing. Writes the authority's certificate first if it is missing or another one, whatever runs the
 * server.
 *
 * @throws UserError if the engine or the server does not answer, or if clients would not trust the server
 */
export async function requireServer(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const docker = readDockerSettings(stack, environment);
  if (docker === undefined) {
    await restoreAuthority(await readResources(stack, environment));
    return;
  }
  await requireEngine(stack);
  const fault = await findServerFault(docker, await readResources(stack, environment));
  if (fault === undefined) return;
  throw new UserError(
    `The PostgreSQL server of stack ${stack} ${fault}.`,
    `Bring it up: npm run up -- --stack ${stack}`,
  );
}

/**
 * Why the refresh that Pulumi begins with would fail at the server, where bringing up the instance helps. Waits for a server
 * that is starting. Writes the authority's certificate first if it is missing.
 *
 * @returns what the server does: `does not answer at …`; undefined if it can be asked
 */
export async function findServerFault(
  docker: DockerStack,
  resources: readonly ResourceState[],
): Promise<string | undefined> {
  await restoreAuthority(resources);
  const address = serverAddress(resources);
  if (address === undefined) return undefined;
  const container = "faults" in docker ? undefined : dockerNames(docker.settings).containers[0];
  const { host, port, sslrootcert } = address;
  if (!(await awaitServer(address, container))) return `does not answer at ${host}:${port}`;
  const authority =
    sslrootcert === undefined ? {} : { sslrootcert: resolve(folders.project, sslrootcert) };
  const distrust = await probeServerCertificate({ ...address, ...authority });
  const fault = distrust === undefined ? undefined : certificateFaults[distrust];
  return fault === undefined ? undefined : `shows a certificate ${fault}, at ${host}:${port}`;
}

/** The faults that a new certificate ends. A wrong clock is for the machine's owner to set. */
const certificateFaults: Readonly<Record<TlsRefusal, string | undefined>> = {
  expired: "that has expired",
  "not valid yet": undefined,
  "other host": "for another host",
  "other purpose": "that is not for servers",
  "authority unknown": "of another authority",
};

/** Where to reach a server. */
interface ServerAddress {
  host: string;
  port: number;
  sslmode?: SslMode;
  /** Path of the authority's file, from the project folder. */
  sslrootcert?: string;
}

/**
 * Where a refresh will look for the server of a stack, according to its state.
 *
 * @returns undefined if the refresh would ask the server nothing
 */
export function serverAddress(resources: readonly ResourceState[]): ServerAddress | undefined {
  if (!resources.some(({ type }) => type.startsWith("postgresql:"))) return undefined;
  for (const { type, inputs = {} } of resources) {
    const { host, port, sslmode, sslrootcert } = inputs;
    if (type !== "pulumi:providers:postgresql" || typeof host !== "string") continue;
    // Pulumi keeps the configuration of a provider as text.
    return {
      ...{ host, port: Number(port) },
      ...(isVerifying(sslmode) ? { sslmode } : {}),
      ...(typeof sslrootcert === "string" ? { sslrootcert } : {}),
    };
  }
  return undefined;
}

function isVerifying(sslmode: unknown): sslmode is SslMode {
  return sslmode === "verify-full" || sslmode === "verify-ca";
}

/** How long to wait for a server that is starting, in milliseconds: recovery after a crash takes time. */
const startTimeout = 120_000;
/** A server that does not answer so many times in a row is down. */
const attempts = 3;

async function awaitServer(
  { host, port }: ServerAddress,
  container: string | undefined,
): Promise<boolean> {
  const deadline = Date.now() + startTimeout;
  for (let silent = 0; silent < attempts && Date.now() < deadline;) {
    const answer = await pingServer(host, port);
    if (answer === "ready") return true;
    const isStarting =
      answer === "starting" || (container !== undefined && (await isUnprobed(container)));
    silent = isStarting ? 0 : silent + 1;
    await sleep(250);
  }
  return false;
}

/** Whether a container's first health check is still to come. */
async function isUnprobed(container: string): Promise<boolean> {
  const { State } = (await ifExists(engine().getContainer(container).inspect())) ?? {};
  return State?.Running === true && State.Health?.Status === "starting";
}

/**
 * Writes the certificate of a stack's authority where clients look for it, as it is in the state: in a clone from which others
 * did not bring up the stack it is missing or outdated, and every connection would fail before the program runs.
 */
export async function restoreAuthority(resources: readonly ResourceState[]): Promise<void> {
  for (const { type, outputs = {} } of resources) {
    const { file, certificate } = outputs;
    if (!type.endsWith(":CertificateFile")) continue;
    if (typeof file !== "string" || typeof certificate !== "string") continue;
    const path = join(folders.project, file);
    const found = await readCertificateFile(path);
    if (found !== undefined && "text" in found && found.text === certificate) continue;
    await writeCertificateFile(path, certificate);
    say(`${file}, which clients verify this stack's servers with, is restored from the state.`);
  }
}
