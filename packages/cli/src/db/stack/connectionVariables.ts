import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  libpqVariables,
  type NamedPart,
  namedParts,
} from "@hosterizer/postgres/connection/libpqEnvironment";
import { shellWord } from "@hosterizer/postgres/npmCommand";

/** What applications read, https://12factor.net/config. */
const applicationNames = {
  host: "DB_HOST",
  port: "DB_PORT",
  user: "DB_USER",
  password: "DB_PASSWORD",
  database: "DB_NAME",
  sslmode: "DB_SSLMODE",
  sslrootcert: "DB_SSLROOTCERT",
  sslcert: "DB_SSLCERT",
  sslkey: "DB_SSLKEY",
} as const satisfies Record<NamedPart, string>;

/**
 * A connection as environment variables: the application's and libpq's. Parts that the connection does not have are left out,
 * except for the certificate authorities, which libpq 15 would look for in the user's home folder.
 */
export function connectionVariables(connection: Connection): Record<string, string> {
  return { ...namedParts(connection, applicationNames), ...libpqVariables(connection) };
}

/** Lines for a shell to evaluate. The shell neither expands nor executes anything in a value. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join("");
}
