/** Where things are inside the server's container; image/run-postgresql knows the same places. */
export const containerPaths = {
  /** What the program uploads: settings, rules, certificates. Read-only for the server. */
  configuration: "/etc/hosterizer",
  /** Writable and gone with the container: the socket, and the key as the server wants it. */
  runtime: "/run/postgresql",
} as const;
