/** Where things are inside the server's container; image/run-postgresql knows the same places. */
export const containerPaths = {
  /** Id of the user and the group that the server runs as. */
  user: 5432,
  /** What the program writes: settings, rules, certificates. Mounted read-only. */
  configuration: "/etc/hosterizer",
  /** Writable and gone with the container: the socket, and the key as the server wants it. */
  runtime: "/run/postgresql",
} as const;
