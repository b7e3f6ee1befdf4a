import { Client, type ClientConfig, DatabaseError } from "pg";

import { ScramClient, ScramRequired } from "hosterizer-database-client/scramClient";

import { UserError } from "../userError";
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
  /**
   * How the server may check the password. Default `scram`: without ever receiving it. `any` also sends it in clear text, as providers
   * require for tokens, and only where `sslmode` verifies the server.
   */
  authentication?: "scram" | "any";
}

/**
 * Whether a server must prove by SCRAM that it knows the password. Only what comes through a socket's folder is ours without that: others
 * can't listen there, and on a port they can.
 */
export function requiresScram({ host, sslmode, authentication }: Connection): boolean {
  if (host.startsWith("/")) return false;
  return authentication !== "any" || sslmode?.startsWith("verify-") !== true;
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
 * Logs in once, before a program of PostgreSQL does: before libpq 16 it does not ask for the server's proof by itself.
 *
 * @throws UserError if another program answers on the server's port; other failures are left to the program
 */
export async function requireProof(connection: Connection): Promise<void> {
  await withClient(connection, "proof", () => Promise.resolve()).catch((error: unknown) => {
    if (error instanceof UserError && error.cause instanceof ScramRequired) throw error;
  });
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
  const client = makeClient(connection, {
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
    if (!(error instanceof ScramRequired)) throw error;
    throw new UserError(error.fault, error.remedy, { cause: error });
  }
  return client;
}

/** A client of node-postgres that is not connected yet. Its login follows `requiresScram`. */
export function makeClient(connection: Connection, options: ClientConfig): Client {
  return new (clientClass(connection))({ ...clientAddress(connection), ...options });
}

/** The class of clients that log in there as `requiresScram` says. */
export function clientClass(connection: Connection): typeof Client {
  return requiresScram(connection) ? ScramClient : Client;
}

/**
 * What node-postgres needs to reach a database on one host, for callers that keep sessions open: with clients of `clientClass`.
 *
 * @throws AuthorityFileError if `sslrootcert` can't be used; CertificateFileError if `sslcert` or `sslkey` can't
 */
export function clientAddress(connection: Connection) {
  const { sslmode = "disable", sslrootcert, sslcert, sslkey, ...address } = connection;
  return { ...address, ssl: tlsOptions(sslmode, { sslrootcert, sslcert, sslkey }) };
}
