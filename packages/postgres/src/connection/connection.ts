import { Client, DatabaseError } from "pg";

import { meaning } from "./askOwner";
import { readAuthorityFile } from "../tls/readAuthorityFile";
import { readClientCertificate } from "../tls/readClientCertificate";
import { systemAuthorities } from "../tls/systemAuthorities";
import { hostsOf } from "./hostsOf";
import { NoWritableHost } from "./noWritableHost";

/** TLS modes as libpq names them, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/** How to reach one database of one server as one role. */
export interface Connection {
  /** A name or an address. Of several, with commas between them, the one that takes writes. */
  host: string;
  /** TCP port, 1 to 65535. */
  port: number;
  database: string;
  user: string;
  /** Default: PGPASSWORD of the environment, as libpq has it. */
  password?: string;
  /** Default `disable`, which only loopback servers should see. */
  sslmode?: SslMode;
  /** Path of a PEM file with the certificate authority, from the working folder. Default: the system's. */
  sslrootcert?: string;
  /** Paths of PEM files with what the client shows of itself, from the working folder: a certificate and its key. */
  sslcert?: string;
  sslkey?: string;
}

/** Settings that decide who a session is and what its statements mean. */
const begins = {
  ...meaning,
  role: "none",
  // A library that there is not would keep everybody out.
  local_preload_libraries: "",
};

/**
 * What a session begins with whatever is set on the database or the role, which is ours to repair. The database's owner sets
 * what it likes there, for sessions of superusers too, and what a client asks for outranks it.
 *
 * https://www.postgresql.org/docs/15/runtime-config-client.html
 */
export const startUpOptions = optionsOf({
  ...begins,
  statement_timeout: "0",
  lock_timeout: "0",
  idle_session_timeout: "0",
  idle_in_transaction_session_timeout: "0",
});

/**
 * The same for sessions of Pulumi's plugin, whose patience is its own affair. Ours say of each transaction whether it writes;
 * the plugin's would only read where the owner wants it so, and no right could be taken away.
 */
export const pluginOptions = optionsOf({ ...begins, default_transaction_read_only: "off" });

function optionsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
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

/**
 * Opens one session in the same way, for those who close it themselves.
 *
 * @throws NoWritableHost if there are several hosts, and none of them takes writes; what one of them refuses is as it is
 */
export async function openClient(connection: Connection, purpose: string): Promise<Client> {
  const hosts = hostsOf(connection);
  if (hosts.length === 1) return connect(connection, purpose);
  const errors = new Map<string, Error>();
  for (const host of hosts) {
    const client = await connect({ ...connection, host }, purpose).catch((error: unknown) => {
      if (!(error instanceof Error) || isRefusal(error)) throw error;
      errors.set(host, error);
    });
    if (client === undefined) continue;
    if (await takesWrites(client)) return client;
    await client.end().catch(() => undefined);
    errors.set(host, new Error("is read-only, as a standby is"));
  }
  throw new NoWritableHost(errors);
}

/** As libpq judges it for target_session_attrs=read-write, https://www.postgresql.org/docs/15/libpq-connect.html. */
export async function takesWrites(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ writable: boolean }>(
    `select not pg_catalog.pg_is_in_recovery()
            and pg_catalog.current_setting('default_transaction_read_only') = 'off' as writable`,
  );
  return rows[0]?.writable === true;
}

/**
 * Whether the server has refused this login or this database, which every copy of it would do, too: classes 28, 3D and 42 of
 * https://www.postgresql.org/docs/15/errcodes-appendix.html.
 */
function isRefusal(error: Error): boolean {
  return error instanceof DatabaseError && /^(28|3D|42)/.test(error.code ?? "");
}

async function connect(connection: Connection, purpose: string): Promise<Client> {
  const client = new Client({
    ...clientAddress(connection),
    application_name: `hosterizer-database/${purpose}`,
    options: startUpOptions,
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away between two statements is reported by the next statement.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // Halfway through a login, as without a password, it stays open until the server's patience ends, and the process with it.
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/**
 * What node-postgres needs to know to reach a database on one host: for those who keep sessions open.
 *
 * @throws AuthorityFileError if `sslrootcert` can't be used; CertificateFileError if `sslcert` or `sslkey` can't
 */
export function clientAddress(connection: Connection) {
  const { sslmode = "disable", sslrootcert, sslcert, sslkey, ...rest } = connection;
  const shown = sslcert && sslkey ? readClientCertificate(sslcert, sslkey) : {};
  return {
    ...rest,
    ssl: sslmode === "disable" ? false : { ...trust(sslmode, sslrootcert), ...shown },
  };
}

function trust(sslmode: SslMode, sslrootcert: string | undefined) {
  if (sslmode === "require") {
    const ca = sslrootcert === undefined ? {} : { ca: readAuthorityFile(sslrootcert) };
    return { rejectUnauthorized: false, ...ca };
  }
  const file = sslrootcert ?? systemAuthorities();
  return {
    // What Node.js brings, where the operating system has no list of its own.
    ...(file === undefined ? {} : { ca: readAuthorityFile(file) }),
    // verify-ca trusts any host that the authority signed for.
    ...(sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}
