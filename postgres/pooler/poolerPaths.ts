const configuration = "/etc/hosterizer";

/** Where things are inside the pooler's container; image/Dockerfile knows the same places. */
export const poolerPaths = {
  /** What the program uploads. Read-only for the pooler. */
  configuration,
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
