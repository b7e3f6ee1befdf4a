/** A line of pg_hba.conf: the first one that fits a connection decides about it. */
export interface AccessRule {
  type: "local" | "hostssl" | "hostnossl";
  database: string;
  user: string;
  /** Undefined for the socket, which has none. */
  address?: string;
  method: "peer" | "reject" | "cert" | "scram-sha-256";
  reason: string;
}

/** The login that comes with a certificate instead of a password, and the one database it may enter. */
export interface PoolerLogin {
  database: string;
  role: string;
}

/**
 * Who may connect how. Nobody is trusted, and nobody comes in over the network without TLS.
 *
 * https://www.postgresql.org/docs/15/auth-pg-hba-conf.html
 */
export function accessRules({ database, role }: PoolerLogin): AccessRule[] {
  const everyone = { database: "all", user: "all" };
  const anywhere = { address: "all" };
  // `all` means every database, and replication is none.
  const replication = { ...everyone, database: "replication", method: "reject" } as const;
  const reason = "no replica and no base backup over the network";
  return [
    {
      type: "local",
      database: "all",
      user: "postgres",
      method: "peer",
      reason: "the health check, and an operator who is inside the container already",
    },
    { type: "local", ...replication, reason },
    { type: "local", ...everyone, method: "reject", reason: "nobody else runs inside it" },
    { type: "hostnossl", ...replication, ...anywhere, reason },
    {
      type: "hostnossl",
      ...everyone,
      ...anywhere,
      method: "reject",
      reason: "nothing in plain text",
    },
    { type: "hostssl", ...replication, ...anywhere, reason },
    {
      type: "hostssl",
      database,
      user: role,
      ...anywhere,
      method: "cert",
      reason: "the pooler, by a certificate of the stack's authority made out to this role",
    },
    {
      type: "hostssl",
      database: "all",
      user: role,
      ...anywhere,
      method: "reject",
      reason: "the pooler has no business elsewhere",
    },
    {
      type: "hostssl",
      ...everyone,
      ...anywhere,
      method: "scram-sha-256",
      reason: "roles of the database, and the superuser who deploys, by password",
    },
  ];
}
