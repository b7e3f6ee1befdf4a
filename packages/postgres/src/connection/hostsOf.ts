import type { Connection } from "./connection";

/** The hosts of a connection, in the order in which they are tried. */
export function hostsOf({ host }: Pick<Connection, "host">): string[] {
  return host.split(",").map((name) => name.trim());
}
