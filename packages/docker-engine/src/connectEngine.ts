import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";

import Dockerode from "dockerode";

import type { EngineAddress, TlsFiles } from "./engineAddress";
import { EngineUnreachable } from "./engineUnreachable";
import { SshAgent } from "./sshAgent";

/**
 * A client of the engine at `address`. Connects at its first request, and keeps no process alive.
 *
 * What cannot be sent or gets no answer is an `EngineUnreachable`; an answer that refuses has a `statusCode`.
 *
 * @throws if a file with a key is gone
 */
export function connectEngine(address: EngineAddress): Dockerode {
  // Every option that dockerode would take from the environment is set, to nothing where need be.
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
      // The name goes into the header Host alone.
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
