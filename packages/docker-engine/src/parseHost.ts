import type { EngineAddress, TlsFiles } from "./engineAddress";
import { CommandError } from "@hosterizer/cli/commandError";

const clearPort = 2375;
const tlsPort = 2376;

/**
 * An engine's address from its URL, as Docker's client reads it: `unix://`, `tcp://` or `ssh://`; without a scheme, `tcp://`.
 *
 * @param source what named the URL, for messages
 * @throws CommandError if it cannot be one. The message leaves out a password.
 */
export function parseHost(url: string, source: string, tls?: TlsFiles): EngineAddress {
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z+]+):\/\/)?(.*)$/i.exec(url) ?? [];
  if (scheme === "unix") {
    if (!rest.startsWith("/")) throw fault("it needs the absolute path of a socket");
    return { kind: "socket", url, source, path: rest };
  }
  if (scheme !== "tcp" && scheme !== "ssh") throw fault(`${scheme}:// is not known here`);

  const parsed = parse(`${scheme}://${rest}`);
  if (parsed.password !== "") throw fault("a password has no place in it");
  if (parsed.search !== "" || parsed.hash !== "") throw fault("? and # have no place in it");
  // IPv6 addresses are in brackets in URLs alone.
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw fault("it names no machine");
  const path = parsed.pathname.replace(/\/$/, "");

  if (scheme === "tcp") {
    if (path !== "") throw fault("a path has no place in it");
    if (parsed.username !== "") throw fault("a user has no place in it");
    const port = Number(parsed.port || (tls === undefined ? clearPort : tlsPort));
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
      throw fault("it is no URL");
    }
  }

  function fault(reason: string): CommandError {
    const shown = url.replace(/:[^:@/]*@/, ":…@");
    return new CommandError(
      `${source}: "${shown}" is no address of a Docker engine: ${reason}.`,
      "Give it as unix:///path/of/docker.sock, tcp://host:port or ssh://user@host:port.",
    );
  }
}
