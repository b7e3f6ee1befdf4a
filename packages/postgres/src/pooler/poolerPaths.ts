const configuration = "/etc/hosterizer";

/** Where things are inside the pooler's container; image/pgbouncer.Dockerfile knows the same places. */
export const poolerPaths = {
  /** What the program writes. Mounted read-only. */
  configuration,
  /** Id of the user and the group that it runs as. */
  user: 6432,
  settings: `${configuration}/pgbouncer.ini`,
  users: `${configuration}/users.txt`,
  /** What clients are shown. */
  certificate: `${configuration}/server.crt`,
  key: `${configuration}/server.key`,
  /** What the server is shown. */
  clientCertificate: `${configuration}/client.crt`,
  clientKey: `${configuration}/client.key`,
  authority: `${configuration}/ca.crt`,
} as const;
