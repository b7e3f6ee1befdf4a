import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import type { SslMode } from "../../connection/tlsOptions";

/** How a stack's configuration says to reach its existing server. settings.ts describes each key. */
export interface DeployAddress {
  host: readonly string[];
  port: number;
  connectDatabase: string;
  sslmode: SslMode;
  sslrootcert?: string | undefined;
  sslcert?: string | undefined;
  sslkey?: string | undefined;
  deployRole: string;
}

/** How the deploy role connects. Its password is PGPASSWORD of the environment. */
export function deployConnection(address: DeployAddress): Connection {
  const { host, port, connectDatabase: database, sslmode, deployRole: user } = address;
  const { sslrootcert, sslcert, sslkey } = address;
  return {
    host: host.join(","),
    port,
    database,
    user,
    sslmode,
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(sslcert === undefined || sslkey === undefined ? {} : { sslcert, sslkey }),
    // Managed servers ask for tokens in clear text, and let a client certificate in without a password.
    authentication: "any",
  };
}

/**
 * Inputs of Pulumi's provider for an existing server, without what changes between runs: the host that accepts writes and the
 * deploy role's password come from the environment, as PGHOST and PGPASSWORD.
 */
export function providerInputs(address: DeployAddress) {
  const { port, database, user, sslmode, sslrootcert, sslcert, sslkey } = deployConnection(address);
  return {
    port,
    database,
    username: user,
    sslmode: sslmode ?? address.sslmode,
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(sslcert && sslkey ? { clientcert: { cert: sslcert, key: sslkey } } : {}),
    superuser: false,
    connectTimeout: 10,
  };
}

/** The inputs that decide whether, and which, server is reached. */
const addressInputs = [
  "port",
  "database",
  "username",
  "sslmode",
  "sslrootcert",
  "clientcert",
] as const;

/**
 * Whether the provider's inputs in a state lead to another server than the settings do.
 *
 * @param inputs as Pulumi stores them: each a text, an object as JSON
 */
export function addressChanged(
  inputs: Readonly<Record<string, unknown>>,
  address: DeployAddress,
): boolean {
  const wanted: Readonly<Record<string, unknown>> = providerInputs(address);
  return addressInputs.some((name) => text(inputs[name]) !== text(wanted[name]));
}

function text(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

/** The membership that lets the deploy role into the stack's database. */
export interface OwnerMembership {
  deployRole: string;
  owner: string;
  database: string;
}

/**
 * Whether the deploy role cannot connect to an existing database because it is not a member of the database's owner, as after
 * a change of the deploy role or a revoke. Everything that an update inspects is in that database.
 *
 * @param connection of the deploy role, to any existing database
 */
export async function lacksOwnerMembership(
  connection: Connection,
  { deployRole, owner, database }: OwnerMembership,
): Promise<boolean> {
  return withClient(connection, "owner's membership", async (client) => {
    const { rows } = await client.query(
      `select
         from pg_catalog.pg_database as d
         join pg_catalog.pg_roles as o on o.oid = d.datdba and o.rolname = $1
         join pg_catalog.pg_roles as r on r.rolname = $2
        where d.datname = $3
          and not pg_catalog.pg_has_role(r.oid, o.oid, 'member')`,
      [owner, deployRole, database],
    );
    return rows.length > 0;
  });
}

/** The statement that makes the deploy role a member of the owner. In PostgreSQL 15 it takes CREATEROLE only. */
export function membershipStatement({
  owner,
  deployRole,
}: Omit<OwnerMembership, "database">): string {
  return `grant ${escapeIdentifier(owner)} to ${escapeIdentifier(deployRole)}`;
}

/** Makes the deploy role a member of the owner, as the update does later if it can. */
export async function grantOwnerMembership(
  connection: Connection,
  membership: OwnerMembership,
): Promise<void> {
  await withClient(connection, "owner's membership", (client) =>
    client.query(membershipStatement(membership)),
  );
}
