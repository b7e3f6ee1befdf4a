import { dirname } from "node:path";

import type { EngineAddress } from "./engineAddress";

/**
 * The environment in which programs that know `DOCKER_HOST`, but no contexts of Docker's client, find the same engine: the
 * official docker plugin is one.
 */
export function engineEnvironment(address: EngineAddress): NodeJS.ProcessEnv {
  if (address.kind !== "tcp") return { DOCKER_HOST: address.url };
  const { host, port, tls } = address;
  // Not every program takes an address without a scheme.
  const url = `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (tls === undefined) return { DOCKER_HOST: url };
  const file = tls.ca ?? tls.client?.cert;
  return {
    DOCKER_HOST: url,
    ...(tls.verify ? { DOCKER_TLS_VERIFY: "1" } : { DOCKER_TLS: "1" }),
    ...(file === undefined ? {} : { DOCKER_CERT_PATH: dirname(file) }),
  };
}
