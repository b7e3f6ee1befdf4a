import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "@hosterizer/cli/commandError";
import type { EngineAddress } from "./engineAddress";
import { parseHost } from "./parseHost";
import { tlsFiles } from "./tlsFiles";

/** What is of use here in the description of a context, if it is whole. */
interface Metadata {
  Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: boolean } };
}

/**
 * The address that a named context of Docker's client holds.
 *
 * @param configuration Docker's folder, usually ~/.docker
 * @param source what named the context: `DOCKER_CONTEXT`
 * @throws CommandError if there is no such context or its files make no sense
 */
export function dockerContext(name: string, configuration: string, source: string): EngineAddress {
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(configuration, "contexts", "meta", id, "meta.json");
  const called = `Docker context "${name}"`;
  if (!existsSync(file)) {
    throw new CommandError(
      `${source}: there is no Docker context "${name}".`,
      "`docker context ls` shows those that are there; `docker context use` chooses one.",
    );
  }
  const { host, verify } = readEndpoint(file, called);
  const folder = join(configuration, "contexts", "tls", id, "docker");
  const hasTls = !verify || existsSync(folder);
  return parseHost(host, called, hasTls ? tlsFiles(folder, verify, called) : undefined);
}

function readEndpoint(file: string, called: string): { host: string; verify: boolean } {
  try {
    const { Endpoints } = JSON.parse(readFileSync(file, "utf8")) as Metadata;
    const { Host, SkipTLSVerify = false } = Endpoints?.docker ?? {};
    if (typeof Host !== "string") throw new TypeError("there is no Host");
    return { host: Host, verify: !SkipTLSVerify };
  } catch (cause) {
    throw new CommandError(
      `${called}: ${file} cannot be read as the description of a Docker endpoint.`,
      "Make the context again with `docker context create`.",
      { cause },
    );
  }
}
