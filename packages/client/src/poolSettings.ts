import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";

import { type ContextKey, parseContextKey } from "./signContext";

/** Who a connection logs in as. */
export interface Credentials {
  user: string;
  password: string;
}

/** How to reach the database, and how many connections to keep. Defaults are the guide's, section Connection Pooling. */
export interface PoolSettings {
  /** A host name or address; of several, with commas between them, the one that takes writes is used. Default localhost. */
  host?: string;
  /** TCP port, the same on all hosts. Default 5432. */
  port?: number;
  /** Default hosterizer. */
  database?: string;
  /**
   * Who logs in. A function is asked again for each new connection, so that a rotated password is taken up without a restart.
   */
  credentials: Credentials | (() => Credentials | Promise<Credentials>);
  /** As libpq means it, https://www.postgresql.org/docs/15/libpq-ssl.html. Default disable, for a server on this machine. */
  sslmode?: SslMode;
  /** Path of a PEM file with the certificate authority. Default: the authorities that Node.js trusts. */
  sslrootcert?: string;
  /** How many connections are open at most. Default 25. */
  maxOpenConnections?: number;
  /** How many connections are kept when nobody uses them. Default 5. */
  maxIdleConnections?: number;
  /** Milliseconds after which a connection is closed and opened anew. Default 5 minutes. */
  maxLifetime?: number;
  /** Milliseconds that a connection is kept unused. Default 10 minutes. */
  maxIdleTime?: number;
  /** Milliseconds to wait for a connection. Default 10 seconds. */
  connectTimeout?: number;
  /** Milliseconds after which the server cancels a statement. Default: never. */
  statementTimeout?: number;
  /** Signs tenant contexts, where the database wants that (`tenancy.context: "signed"`). Default: contexts are not signed. */
  contextKey?: ContextKey;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

/**
 * Reads `DB_HOST`, `DB_PORT`, `DB_NAME`, `DB_USER`, `DB_PASSWORD`, `DB_SSLMODE`, `DB_SSLROOTCERT` and `DB_CONTEXT_KEY`, which
 * `npm run db -- env` prints. What is not set keeps its default. In the place of user and password, `DB_CREDENTIALS_FILE`
 * names a file that is read for each new connection; see `credentialsFrom`.
 *
 * @throws Error if there is no user or password, or a value can't be one; all of them at once
 */
export function readPoolSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): PoolSettings {
  const faults: string[] = [];
  const { DB_HOST: host, DB_NAME: database, DB_SSLROOTCERT: sslrootcert } = environment;
  const { DB_USER: user = "", DB_PASSWORD: password = "" } = environment;
  const { DB_CREDENTIALS_FILE: file } = environment;
  const unreadable = file === undefined ? undefined : credentialsFault(file);
  if (unreadable !== undefined) faults.push(`DB_CREDENTIALS_FILE: ${unreadable}`);
  if (file === undefined && user === "") faults.push("DB_USER is not set");
  if (file === undefined && password === "") faults.push("DB_PASSWORD is not set");
  const port = Number(environment["DB_PORT"] ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    faults.push(`DB_PORT: ${JSON.stringify(environment["DB_PORT"])} is not a port (1 to 65535)`);
  }
  const sslmode = environment["DB_SSLMODE"] ?? "disable";
  if (!isSslMode(sslmode)) {
    faults.push(`DB_SSLMODE: ${JSON.stringify(sslmode)} is none of ${sslModes.join(", ")}`);
  }
  const { DB_CONTEXT_KEY: keyText } = environment;
  let contextKey: ContextKey | undefined;
  try {
    if (keyText !== undefined) contextKey = parseContextKey(keyText);
  } catch (error) {
    faults.push(`DB_CONTEXT_KEY ${(error as Error).message}`);
  }
  if (faults.length > 0 || !isSslMode(sslmode)) throw new Error(faults.join("\n"));
  return {
    ...(host === undefined ? {} : { host }),
    port,
    ...(database === undefined ? {} : { database }),
    credentials: file === undefined ? { user, password } : credentialsFrom(file),
    sslmode,
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(contextKey === undefined ? {} : { contextKey }),
  };
}

const sslModes: readonly SslMode[] = ["disable", "require", "verify-ca", "verify-full"];

function isSslMode(text: string): text is SslMode {
  return (sslModes as readonly string[]).includes(text);
}

/**
 * Credentials out of a file that changes when the password is rotated: a JSON object with `DB_USER` and `DB_PASSWORD`, as
 * `npm run -s db -- env --json` prints it.
 */
function credentialsFrom(file: string): () => Promise<Credentials> {
  return async () => parse(await readFile(file, "utf8"), file);
}

/** What is wrong with the file by now, if anything. */
function credentialsFault(file: string): string | undefined {
  try {
    parse(readFileSync(file, "utf8"), file);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws Error without any of the text, which may be a password */
function parse(text: string, file: string): Credentials {
  let found: Partial<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  } catch {
    throw new Error(`${file} is not JSON`);
  }
  const { DB_USER: user, DB_PASSWORD: password } = found ?? {};
  if (typeof user !== "string" || typeof password !== "string" || user === "" || password === "") {
    throw new Error(`${file} has no DB_USER and DB_PASSWORD`);
  }
  return { user, password };
}

/** https://www.postgresql.org/docs/15/libpq-ssl.html; `allow` and `prefer`, which protect from nothing, are left out. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/**
 * What node-postgres is to ask of TLS, as libpq means the mode: `require` with an authority verifies as `verify-ca` does.
 *
 * @throws node:fs' error if the authority's file can't be read
 */
export function tlsOptions(mode: SslMode, sslrootcert?: string): false | ConnectionOptions {
  if (mode === "disable") return false;
  const authority = sslrootcert === undefined ? {} : { ca: readFileSync(sslrootcert, "utf8") };
  if (mode === "verify-full") return authority;
  if (mode === "require" && sslrootcert === undefined) return { rejectUnauthorized: false };
  return { ...authority, checkServerIdentity: () => undefined };
}
