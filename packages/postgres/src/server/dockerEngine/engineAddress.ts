import { dirname } from "node:path";

import { UserError } from "../../userError";

/** Where a Docker engine is, and how to reach it. Holds no key, only the paths of the files with keys. */
export type EngineAddress = SocketAddress | TcpAddress | SshAddress;

interface Located {
  /** As in `DOCKER_HOST`: `unix:///var/run/docker.sock`. */
  url: string;
  /** What named it, for messages: `DOCKER_HOST`, `Docker context "desktop-linux"`. */
  source: string;
}

interface SocketAddress extends Located {
  kind: "socket";
  path: string;
}

interface TcpAddress extends Located {
  kind: "tcp";
  host: string;
  port: number;
  /** Without it the connection is not encrypted. */
  tls?: TlsFiles;
}

export interface SshAddress extends Located {
  kind: "ssh";
  /** Any host that ~/.ssh/config knows. */
  host: string;
  user?: string;
  port?: number;
  /** The engine's socket on that machine, if it is not the usual one. */
  socket?: string;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** Authorities that may have signed the engine's certificate. Default: the system's. */
  ca?: string;
  /** The client's certificate and key. */
  client?: { cert: string; key: string };
  /** Whether to verify the engine's certificate. */
  verify: boolean;
}

const plainPort = 2375;
const tlsPort = 2376;

/**
 * An engine's address from its URL, read as Docker's client reads it: `unix://`, `tcp://` or `ssh://`; without a scheme, `tcp://`.
 *
 * @param source what named the URL, for messages
 * @throws UserError if the URL is not an engine's address. The message leaves out a password.
 */
export function parseHost(url: string, source: string, tls?: TlsFiles): EngineAddress {
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z+]+):\/\/)?(.*)$/i.exec(url) ?? [];
  if (scheme === "unix") {
    if (!rest.startsWith("/")) throw fault("it needs the absolute path of a socket");
    return { kind: "socket", url, source, path: rest };
  }
  if (scheme !== "tcp" && scheme !== "ssh") throw fault(`${scheme}:// is not supported`);

  const parsed = parse(`${scheme}://${rest}`);
  if (parsed.password !== "") throw fault("it must not contain a password");
  if (parsed.search !== "" || parsed.hash !== "") throw fault("it must not contain ? or #");
  // Only URLs put IPv6 addresses in brackets.
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw fault("it names no host");
  const path = parsed.pathname.replace(/\/$/, "");

  if (scheme === "tcp") {
    if (path !== "") throw fault("it must not contain a path");
    if (parsed.username !== "") throw fault("it must not contain a user");
    const port = Number(parsed.port || (tls === undefined ? plainPort : tlsPort));
    return { kind: "tcp", url, source, host, port, ...(tls === undefined ? {} : { tls }) };
  }
  const user = decodeURIComponent(parsed.username);
  return {
    kind: "ssh",
    url,
    source,
    host: decodeURIComponent(host),
    ...(user === "" ? {} : { user }),
    ...(parsed.port === "" ? {} : { port: Number(parsed.port) }),
    ...(path === "" ? {} : { socket: decodeURIComponent(path) }),
  };

  function parse(text: string): URL {
    try {
      return new URL(text);
    } catch {
      throw fault("it is not a URL");
    }
  }

  function fault(reason: string): UserError {
    const shown = url.replace(/:[^:@/]*@/, ":…@");
    return new UserError(
      `${source}: "${shown}" is not the address of a Docker engine: ${reason}.`,
      "Write it as unix:///path/of/docker.sock, tcp://host:port or ssh://user@host:port.",
    );
  }
}

/**
 * The environment variables that lead to the same engine a program that knows `DOCKER_HOST` but no contexts of Docker's
 * client. The official docker plugin is one.
 */
export function engineEnvironment(address: EngineAddress): NodeJS.ProcessEnv {
  if (address.kind !== "tcp") return { DOCKER_HOST: address.url };
  const { host, port, tls } = address;
  // Not every program accepts an address without a scheme.
  const url = `tcp://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (tls === undefined) return { DOCKER_HOST: url };
  const file = tls.ca ?? tls.client?.cert;
  return {
    DOCKER_HOST: url,
    ...(tls.verify ? { DOCKER_TLS_VERIFY: "1" } : { DOCKER_TLS: "1" }),
    ...(file === undefined ? {} : { DOCKER_CERT_PATH: dirname(file) }),
  };
}
