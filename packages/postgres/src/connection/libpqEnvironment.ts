import { type Connection, hostsOf, requiresScram } from "./connection";
import { systemAuthorities } from "./tlsOptions";

/** What psql, pg_dump and most drivers read, https://www.postgresql.org/docs/15/libpq-envars.html. */
const names = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  database: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
} as const satisfies Record<NamedPart, string>;

/** What a connection is told by; how its password is checked is no part of an address. */
export type NamedPart = Exclude<keyof Connection, "authentication">;

/**
 * A connection as libpq's environment variables. Parts that the connection does not have are left out, except for the certificate
 * authorities, which libpq 15 would look for in the user's home folder.
 */
export function libpqVariables(connection: Connection): Record<string, string> {
  const variables = namedParts(connection, names);
  const authorities = systemAuthorities();
  if (connection.sslmode?.startsWith("verify-") && authorities !== undefined) {
    variables[names.sslrootcert] ??= authorities;
  }
  if (hostsOf(connection).length > 1) variables["PGTARGETSESSIONATTRS"] = "read-write";
  // libpq 15 does not know it.
  if (requiresScram(connection)) variables["PGREQUIREAUTH"] = "scram-sha-256";
  return variables;
}

/** The parts that a connection has, by the names that they get; without TLS where it does not say. */
export function namedParts(
  connection: Connection,
  by: Readonly<Record<NamedPart, string>>,
): Record<string, string> {
  const whole: Connection = { sslmode: "disable", ...connection };
  const named: Record<string, string> = {};
  for (const [key, name] of Object.entries(by)) {
    const value = whole[key as NamedPart];
    if (value !== undefined) named[name] = String(value);
  }
  return named;
}

/** libpq's variables that change how a client behaves. The others lead to a server, which the connection decides. */
const kept: readonly string[] = ["PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATESTYLE", "PGTZ"];

/**
 * The environment of one of PostgreSQL's client programs. It holds the password: every user of the machine can read a program's
 * arguments.
 */
export function libpqEnvironment(connection: Connection): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^PG[A-Z]/.test(name) || kept.includes(name),
  );
  return { ...Object.fromEntries(inherited), ...libpqVariables(connection) };
}
