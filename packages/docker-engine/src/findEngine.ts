import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { CommandError } from "@hosterizer/cli/commandError";
import { dockerContext } from "./dockerContext";
import type { EngineAddress, TlsFiles } from "./engineAddress";
import { parseHost } from "./parseHost";
import { tlsFiles } from "./tlsFiles";

const usualSocket = "/var/run/docker.sock";

/**
 * Where the Docker engine is, by the rules of Docker's own client: `DOCKER_HOST`, else the context that `DOCKER_CONTEXT` or
 * `docker context use` names, else the usual socket. Where that is not there, the rootless engine's, which Docker's client
 * finds by a context only. Nothing is connected to.
 *
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 *
 * @throws CommandError if what the user has set leads nowhere
 */
export function findEngine(
  environment: NodeJS.ProcessEnv = process.env,
  socket: string = usualSocket,
): EngineAddress {
  const configuration = set("DOCKER_CONFIG") ?? join(set("HOME") ?? homedir(), ".docker");
  const host = set("DOCKER_HOST");
  if (host !== undefined && host !== "unix://") {
    return parseHost(host, "DOCKER_HOST", environmentTls());
  }
  if (host === undefined) {
    const named = set("DOCKER_CONTEXT");
    const [name, source] =
      named === undefined ? currentContext(configuration) : [named, "DOCKER_CONTEXT"];
    if (name !== undefined && name !== "default") return dockerContext(name, configuration, source);
  }
  const runtime = set("XDG_RUNTIME_DIR");
  const rootless = runtime === undefined ? undefined : join(runtime, "docker.sock");
  if (rootless !== undefined && !existsSync(socket) && existsSync(rootless)) {
    return parseHost(`unix://${rootless}`, `the rootless engine, as there is no ${socket}`);
  }
  return parseHost(`unix://${socket}`, "Docker's usual socket");

  function set(name: string): string | undefined {
    const value = environment[name];
    return value === "" ? undefined : value;
  }

  /** Any value switches them on, "0" too: so it is with Docker's client. */
  function environmentTls(): TlsFiles | undefined {
    const verify = set("DOCKER_TLS_VERIFY") !== undefined;
    if (!verify && set("DOCKER_TLS") === undefined) return undefined;
    const source = set("DOCKER_CERT_PATH") === undefined ? "DOCKER_TLS_VERIFY" : "DOCKER_CERT_PATH";
    const folder = set("DOCKER_CERT_PATH") ?? configuration;
    const files = tlsFiles(folder, verify, source);
    if (verify && files.ca === undefined) {
      throw new CommandError(
        `${source}: there is no ca.pem in ${folder}.`,
        "Put the authority of the engine's certificate there, or set DOCKER_CERT_PATH to the folder that has it.",
      );
    }
    return files;
  }
}

/** The context that `docker context use` chose, and the file that says so. */
function currentContext(configuration: string): [string | undefined, string] {
  const file = join(configuration, "config.json");
  if (!existsSync(file)) return [undefined, file];
  try {
    const { currentContext: name = "" } = JSON.parse(readFileSync(file, "utf8")) as {
      currentContext?: unknown;
    };
    if (typeof name !== "string") throw new TypeError("currentContext is no text");
    return [name === "" ? undefined : name, file];
  } catch (cause) {
    throw new CommandError(
      `${file}: it cannot be read as Docker's configuration.`,
      "Mend it, or set DOCKER_HOST, which comes before it.",
      { cause },
    );
  }
}
