import { Client, DatabaseError } from "pg";

import { codeOf } from "./connectionFailure";
import { startUpOptions } from "./sessionSettings";
import { tlsOptions, type TlsSettings } from "./tlsOptions";

/** How to reach one database of one server as one role. */
export interface Connection extends TlsSettings {
  /** A name or an address. Of several, separated by commas, the one that accepts writes is used. */
  host: string;
  /** TCP port, 1 to 65535. */
  port: number;
  database: string;
  user: string;
  /** Default: PGPASSWORD of the environment, as in libpq. */
  password?: string;
}

/** The hosts of a connection, in the order in which they are tried. */
export function hostsOf({ host }: Pick<Connection, "host">): string[] {
  return host.split(",").map((name) => name.trim());
}

/** read_only_sql_transaction, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const readOnly = "25006";

/** None of several hosts accepts writes. */
export class NoWritableHost extends Error {
  override readonly name = "NoWritableHost";
  /** That of the first host that could not be reached; 25006 if all are read-only. */
  readonly code: string;

  /** @param errors by host */
  constructor(readonly errors: ReadonlyMap<string, Error>) {
    const lines = [...errors].map(([host, { message }]) => `${host}: ${message}`);
    super(`no host accepts writes (${lines.join("; ")})`);
    this.code = [...errors.values()].map(codeOf).find((code) => code !== "") ?? readOnly;
  }
}

/**
 * Opens a session, passes it to `run`, and closes it in any case.
 *
 * `search_path` is empty: every statement names its schemas, and no object can shadow another.
 *
 * @param purpose Shown as `application_name` in pg_stat_activity, after `hosterizer-database/`.
 * @throws node-postgres' errors as they are: match their SQLSTATE `code`, never their text. AuthorityFileError if
 *   `sslrootcert` can't be used; Node.js' codes for a server that is not trusted are in connectionFailure.ts.
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
 * Opens a session in the same way; the caller closes it.
 *
 * @throws NoWritableHost if there are several hosts and none accepts writes; a refusal by one of them as it is
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
    if (await acceptsWrites(client)) return client;
    await client.end().catch(() => undefined);
    errors.set(host, new Error("is read-only, as a standby is"));
  }
  throw new NoWritableHost(errors);
}

/** Whether a server is no standby. Its default_transaction_read_only does not matter: our sessions turn that off. */
export async function acceptsWrites(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ writable: boolean }>(
    "select not pg_catalog.pg_is_in_recovery() as writable",
  );
  return rows[0]?.writable === true;
}

/**
 * Whether the server refused this login or this database, as its replicas would too: classes 28, 3D and 42 of
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
  // If the server ends the session between two statements, the next statement reports it.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // A login that fails halfway, as without a password, would stay open until the server's time-out, and the process with it.
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

/**
 * What node-postgres needs to reach a database on one host, for callers that keep sessions open.
 *
 * @throws AuthorityFileError if `sslrootcert` can't be used; CertificateFileError if `sslcert` or `sslkey` can't
 */
export function clientAddress(connection: Connection) {
  const { sslmode = "disable", sslrootcert, sslcert, sslkey, ...address } = connection;
  return { ...address, ssl: tlsOptions(sslmode, { sslrootcert, sslcert, sslkey }) };
}
