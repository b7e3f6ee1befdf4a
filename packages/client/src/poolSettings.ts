import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";

import { type ContextKey, parseContextKey } from "./signContext";

/** How to reach the database, and how many connections to keep. The defaults come from the guide, section Connection Pooling. */
export interface PoolSettings {
  /** A host name or address. Of several, separated by commas, the pool uses the one that accepts writes. Default localhost. */
  host?: string;
  /** TCP port, the same on all hosts. Default 5432. */
  port?: number;
  /** Default hosterizer. */
  database?: string;
  /**
   * Who logs in. The pool calls a function for each new connection, so that a rotated password needs no restart.
   */
  credentials: Credentials | (() => Credentials | Promise<Credentials>);
  /** As libpq means it, https://www.postgresql.org/docs/15/libpq-ssl.html. Default disable, for a server on this machine. */
  sslmode?: SslMode;
  /** Path of a PEM file with the certificate authority. Default: the authorities that Node.js trusts. */
  sslrootcert?: string;
  /**
   * How the server may check the password. Default `scram`: without ever receiving it. `any` also sends it in clear text, for tokens that a
   * provider issues in place of passwords, and only to a server that `sslmode` verifies.
   */
  authentication?: "scram" | "any";
  /** Largest number of open connections. Default 25. */
  maxOpenConnections?: number;
  /** Largest number of idle connections. Default 5. */
  maxIdleConnections?: number;
  /** Milliseconds after which a connection is replaced. Default 5 minutes. */
  maxLifetime?: number;
  /** Milliseconds after which an idle connection is closed. Default 10 minutes. */
  maxIdleTime?: number;
  /** Milliseconds to wait for a connection. Default 10 seconds. */
  connectTimeout?: number;
  /** Milliseconds after which the server cancels a statement. Default: never. */
  statementTimeout?: number;
  /** Signs tenant contexts, if the database requires that (`tenancy.context: "signed"`). Default: contexts are not signed. */
  contextKey?: ContextKey;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

export interface Credentials {
  user: string;
  password: string;
}

/** https://www.postgresql.org/docs/15/libpq-ssl.html; without `allow` and `prefer`, which protect against nothing. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/**
 * Reads `DB_HOST`, `DB_PORT`, `DB_NAME`, `DB_USER`, `DB_PASSWORD`, `DB_SSLMODE`, `DB_SSLROOTCERT` and `DB_CONTEXT_KEY`, which
 * `npm run db -- env` prints. Variables that are not set keep their defaults. Instead of user and password,
 * `DB_CREDENTIALS_FILE` may name a file, which is read for each new connection; see `credentialsFrom`.
 *
 * @throws Error with all faults at once: a missing user or password, and invalid values
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
    faults.push(`DB_SSLMODE: ${JSON.stringify(sslmode)} is not one of ${sslModes.join(", ")}`);
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
 * Reads credentials from a file that changes when the password is rotated: a JSON object with `DB_USER` and `DB_PASSWORD`,
 * as `npm run -s db -- env --json` prints it.
 */
function credentialsFrom(file: string): () => Promise<Credentials> {
  return async () => parseCredentials(await readFile(file, "utf8"), file);
}

/** What is wrong with the file now; undefined if nothing is. */
function credentialsFault(file: string): string | undefined {
  try {
    parseCredentials(readFileSync(file, "utf8"), file);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws Error that quotes none of the text, which may be a password */
function parseCredentials(text: string, file: string): Credentials {
  let found: Partial<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  } catch {
    throw new Error(`${file} is not JSON`);
  }
  const { DB_USER: user, DB_PASSWORD: password } = found ?? {};
  if (typeof user !== "string" || typeof password !== "string" || user === "" || password === "") {
    throw new Error(`${file} does not contain DB_USER and DB_PASSWORD`);
  }
  return { user, password };
}

/**
 * The TLS options of node-postgres for a libpq mode. As in libpq, `require` with an authority verifies as `verify-ca` does.
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
