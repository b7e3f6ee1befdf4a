import { Client } from "pg";

import { readAuthorityFile } from "./certificates/readAuthorityFile";

/** TLS modes as libpq names them, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/** How to reach one database of one server as one role. */
export interface Connection {
  host: string;
  /** TCP port, 1 to 65535. */
  port: number;
  database: string;
  user: string;
  password?: string;
  /** Default `disable`, which only loopback servers should see. */
  sslmode?: SslMode;
  /** Path of a PEM file with the certificate authority, from the working folder. Default: the system's. */
  sslrootcert?: string;
}

/**
 * Opens one session, hands it to `run`, and closes it whatever happens.
 *
 * `search_path` is empty, so that every statement names its schemas and nobody's object can shadow another's.
 *
 * @param purpose Shown as `application_name` in pg_stat_activity, after `hosterizer-database/`.
 * @throws node-postgres' errors as they are: match their SQLSTATE `code`, never their text. AuthorityFileError if
 *   `sslrootcert` can't be used; what Node.js says of a server that it doesn't trust is in tlsRefusals.ts.
 */
export async function withClient<T>(
  connection: Connection,
  purpose: string,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openClient(connection, purpose);
  try {
    return await run(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Opens one session in the same way, for those who close it themselves. */
export async function openClient(connection: Connection, purpose: string): Promise<Client> {
  const client = new Client({
    ...clientAddress(connection),
    application_name: `hosterizer-database/${purpose}`,
    // Whatever somebody has set on the database or the role: it is ours to repair.
    options: "-c search_path= -c statement_timeout=0",
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away between two statements is reported by the next statement.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/**
 * What node-postgres needs to know to reach a database: for those who keep sessions open.
 *
 * @throws AuthorityFileError if `sslrootcert` can't be used
 */
export function clientAddress({ sslmode = "disable", sslrootcert, ...rest }: Connection) {
  return { ...rest, ssl: sslmode === "disable" ? false : tls(sslmode, sslrootcert) };
}

function tls(sslmode: SslMode, sslrootcert?: string) {
  return {
    rejectUnauthorized: sslmode !== "require",
    ...(sslrootcert === undefined ? {} : { ca: readAuthorityFile(sslrootcert) }),
    // verify-ca trusts any host that the authority signed for.
    ...(sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}
