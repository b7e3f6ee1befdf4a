import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { CommandError } from "../commandError";
import type { EngineAddress } from "./engineAddress";
import { parseHost } from "./parseHost";
import { tlsFiles } from "./tlsFiles";

const metadata = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

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
  const { Host, SkipTLSVerify = false } = readEndpoint(file, called);
  const folder = join(configuration, "contexts", "tls", id, "docker");
  const hasTls = SkipTLSVerify || existsSync(folder);
  return parseHost(Host, called, hasTls ? tlsFiles(folder, !SkipTLSVerify, called) : undefined);
}

function readEndpoint(file: string, called: string) {
  try {
    return metadata.parse(JSON.parse(readFileSync(file, "utf8"))).Endpoints.docker;
  } catch (cause) {
    throw new CommandError(
      `${called}: ${file} cannot be read as the description of a Docker endpoint.`,
      "Make the context again with `docker context create`.",
      { cause },
    );
  }
}
