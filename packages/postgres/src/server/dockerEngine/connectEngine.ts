import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";

import Dockerode from "dockerode";

import { UserError } from "../../userError";
import type { EngineAddress, TlsFiles } from "./engineAddress";
import { findEngine } from "./findEngine";
import { SshAgent } from "./sshAgent";

/**
 * A client of the engine at `address`. Connects at its first request, and keeps no process alive.
 *
 * A request that cannot be sent or gets no answer fails with `EngineUnreachable`; a refusal by the engine has a `statusCode`.
 *
 * @throws if a file with a key no longer exists
 */
export function connectEngine(address: EngineAddress): Dockerode {
  // dockerode takes each option that is not given from the environment, so all of them are given.
  const options = {
    ...{ host: undefined, port: undefined, socketPath: undefined, username: undefined },
    ...{ ca: undefined, cert: undefined, key: undefined, timeout: undefined },
    ...transport(address),
  };
  const engine = new Dockerode(options);
  const { modem } = engine;
  const dial = modem.dial.bind(modem);
  modem.dial = (request, callback) => {
    dial(request, (error, result) => {
      const answered = error === null || "statusCode" in error;
      callback?.(answered ? error : new EngineUnreachable(address, error), result);
    });
  };
  return engine;
}

type Transport = Pick<Dockerode.DockerOptions, "host" | "port" | "socketPath" | "protocol"> & {
  agent: Agent;
};

function transport(address: EngineAddress): Transport {
  const { kind } = address;
  switch (kind) {
    case "socket":
      return { socketPath: address.path, protocol: "http", agent: new Agent({ keepAlive: true }) };
    case "ssh":
      // The name appears only in the Host header.
      return { host: "docker", protocol: "http", agent: new SshAgent(address) };
    case "tcp": {
      const { host, port, tls } = address;
      if (tls === undefined)
        return { host, port, protocol: "http", agent: new Agent({ keepAlive: true }) };
      return { host, port, protocol: "https", agent: tlsAgent(tls) };
    }
  }
}

function tlsAgent({ ca, client, verify }: TlsFiles): TlsAgent {
  return new TlsAgent({
    keepAlive: true,
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(client === undefined
      ? {}
      : { cert: readFileSync(client.cert), key: readFileSync(client.key) }),
  });
}

/** No connection to the engine, or a broken one. The message says where, why and what to do. */
export class EngineUnreachable extends Error {
  override readonly name = "EngineUnreachable";
  /** The first line alone, without its full stop. */
  readonly fault: string;
  /** The second line alone, without its full stop. */
  readonly remedy: string;

  constructor({ url, source }: EngineAddress, cause: unknown) {
    const [reason, remedy] = explain(cause);
    const fault = `cannot reach the Docker engine at ${url} (${source}): ${reason}`;
    super(`${fault}.\n${remedy}.`, { cause });
    this.fault = fault;
    this.remedy = remedy;
  }
}

const startDocker = "Start Docker, or set DOCKER_HOST to its address";

/** What a failure to connect means and what to do, by Node.js's error code. */
const meanings: Record<string, [reason: string, remedy: string]> = {
  ENOENT: ["there is no such socket", startDocker],
  ECONNREFUSED: ["connection refused", startDocker],
  EACCES: [
    "your user has no access to the socket",
    "Join the group that owns it, usually docker, and log in again",
  ],
  EPERM: ["your user has no access to the socket", "Join the group that owns it, usually docker"],
  ENOTFOUND: ["no such host", "Correct the name"],
  EAI_AGAIN: ["the host name cannot be resolved", "Check the network and the name"],
  ETIMEDOUT: [
    "no answer in time",
    "Check that the host is up and no firewall blocks the connection",
  ],
  ABORT_ERR: ["no answer in time", "Check that Docker is running there and responds"],
  EHOSTUNREACH: ["no route to the host", "Check the network and the address"],
  ECONNRESET: [
    "the connection was reset",
    "Check that Docker is running there, and whether it expects TLS",
  ],
};

/** A host with several addresses fails once for each of them; the first failure says enough. */
function explain(cause: unknown): [reason: string, remedy: string] {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return [String(first), startDocker];
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  return meanings[code] ?? [first.message, startDocker];
}

/** Whether a Docker engine can be used from here. */
export type EngineAnswer =
  | {
      answers: true;
      /** Its address, as in `DOCKER_HOST`. */
      url: string;
      /** The engine's own version: `20.10.24`. */
      version: string;
      /** The newest version of its API: `1.41`. */
      apiVersion: string;
    }
  | {
      answers: false;
      /** Where and why, one line without a full stop. */
      reason: string;
      /** What to do about it, a sentence. */
      remedy: string;
    };

/** Milliseconds. A login through ssh may take some seconds. */
const timeouts = { socket: 5_000, tcp: 5_000, ssh: 15_000 };

/** Asks the engine for its version. Never throws because no engine answers. */
export async function probeEngine(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EngineAnswer> {
  try {
    const address = findEngine(environment);
    const { modem } = connectEngine(address);
    const version = await new Promise<{ Version: string; ApiVersion: string }>(
      (resolve, reject) => {
        const abortSignal = AbortSignal.timeout(timeouts[address.kind]);
        const request = { path: "/version", method: "GET", statusCodes: { 200: true } };
        modem.dial({ ...request, abortSignal }, (error, result) => {
          if (error === null) resolve(result as { Version: string; ApiVersion: string });
          else reject(error);
        });
      },
    );
    const { url } = address;
    return { answers: true, url, version: version.Version, apiVersion: version.ApiVersion };
  } catch (error) {
    if (error instanceof EngineUnreachable) {
      return { answers: false, reason: error.fault, remedy: `${error.remedy}.` };
    }
    if (!(error instanceof UserError)) throw error;
    const [reason = "", ...remedy] = error.message.split("\n");
    return { answers: false, reason: reason.replace(/\.$/, ""), remedy: remedy.join(" ") };
  }
}
