import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { UserError } from "../../userError";
import { type EngineAddress, parseHost, type TlsFiles } from "./engineAddress";

const defaultSocket = "/var/run/docker.sock";

/**
 * Finds the Docker engine by the rules of Docker's own client: `DOCKER_HOST`, else the context that `DOCKER_CONTEXT` or
 * `docker context use` names, else the usual socket. Where that does not exist, the rootless engine's socket, which Docker's
 * client finds only by a context. Connects to nothing.
 *
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 *
 * @throws UserError if what the user has set leads nowhere
 */
export function findEngine(
  environment: NodeJS.ProcessEnv = process.env,
  socket: string = defaultSocket,
): EngineAddress {
  const configuration = read("DOCKER_CONFIG") ?? join(read("HOME") ?? homedir(), ".docker");
  const host = read("DOCKER_HOST");
  if (host !== undefined && host !== "unix://") {
    return parseHost(host, "DOCKER_HOST", environmentTls());
  }
  if (host === undefined) {
    const named = read("DOCKER_CONTEXT");
    const [name, source] =
      named === undefined ? currentContext(configuration) : [named, "DOCKER_CONTEXT"];
    if (name !== undefined && name !== "default") return readContext(name, configuration, source);
  }
  const runtime = read("XDG_RUNTIME_DIR");
  const rootless = runtime === undefined ? undefined : join(runtime, "docker.sock");
  if (rootless !== undefined && !existsSync(socket) && existsSync(rootless)) {
    return parseHost(`unix://${rootless}`, `the rootless engine, as there is no ${socket}`);
  }
  return parseHost(`unix://${socket}`, "Docker's usual socket");

  function read(name: string): string | undefined {
    const value = environment[name];
    return value === "" ? undefined : value;
  }

  /** Any value switches TLS on, even "0", as in Docker's client. */
  function environmentTls(): TlsFiles | undefined {
    const verify = read("DOCKER_TLS_VERIFY") !== undefined;
    if (!verify && read("DOCKER_TLS") === undefined) return undefined;
    const source =
      read("DOCKER_CERT_PATH") === undefined ? "DOCKER_TLS_VERIFY" : "DOCKER_CERT_PATH";
    const folder = read("DOCKER_CERT_PATH") ?? configuration;
    const files = findTlsFiles(folder, verify, source);
    if (verify && files.ca === undefined) {
      throw new UserError(
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
    if (typeof name !== "string") throw new TypeError("currentContext is not a string");
    return [name === "" ? undefined : name, file];
  } catch (cause) {
    throw new UserError(
      `${file}: it cannot be read as Docker's configuration.`,
      "Correct it, or set DOCKER_HOST, which takes precedence.",
      { cause },
    );
  }
}

/**
 * The address in a named context of Docker's client.
 *
 * @param configuration Docker's folder, usually ~/.docker
 * @param source what named the context: `DOCKER_CONTEXT`
 */
function readContext(name: string, configuration: string, source: string): EngineAddress {
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(configuration, "contexts", "meta", id, "meta.json");
  const title = `Docker context "${name}"`;
  if (!existsSync(file)) {
    throw new UserError(
      `${source}: there is no Docker context "${name}".`,
      "`docker context ls` lists the contexts; `docker context use` chooses one.",
    );
  }
  const { host, verify } = readEndpoint(file, title);
  const folder = join(configuration, "contexts", "tls", id, "docker");
  const hasTls = !verify || existsSync(folder);
  return parseHost(host, title, hasTls ? findTlsFiles(folder, verify, title) : undefined);
}

/** The part of a context's description that matters here, if the description is complete. */
interface ContextMetadata {
  Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: boolean } };
}

function readEndpoint(file: string, title: string): { host: string; verify: boolean } {
  try {
    const { Endpoints } = JSON.parse(readFileSync(file, "utf8")) as ContextMetadata;
    const { Host, SkipTLSVerify = false } = Endpoints?.docker ?? {};
    if (typeof Host !== "string") throw new TypeError("Host is missing");
    return { host: Host, verify: !SkipTLSVerify };
  } catch (cause) {
    throw new UserError(
      `${title}: ${file} cannot be read as the description of a Docker endpoint.`,
      "Create the context again with `docker context create`.",
      { cause },
    );
  }
}

/**
 * The PEM files of a folder, under the names of Docker's client: `ca.pem`, `cert.pem`, `key.pem`. Those that exist are used; a
 * client's certificate is useless without its key.
 *
 * @param source what named the folder, for messages
 */
function findTlsFiles(folder: string, verify: boolean, source: string): TlsFiles {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map(find);
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? "cert.pem" : "key.pem";
    const present = cert === undefined ? "key.pem" : "cert.pem";
    throw new UserError(
      `${source}: there is no ${missing} in ${folder}, only ${present}.`,
      "A client's certificate needs both: add the missing file.",
    );
  }
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { client: { cert, key } }),
  };

  function find(name: string): string | undefined {
    const path = join(folder, name);
    if (!existsSync(path)) return undefined;
    try {
      accessSync(path, constants.R_OK);
      return path;
    } catch (cause) {
      throw new UserError(
        `${source}: ${path} cannot be read.`,
        "Give your user the permission to read it.",
        { cause },
      );
    }
  }
}
