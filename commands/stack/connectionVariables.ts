import type { Connection } from "../../postgres/connection";

/** What the application reads, https://12factor.net/config. */
const applicationNames = {
  host: "DB_HOST",
  port: "DB_PORT",
  user: "DB_USER",
  password: "DB_PASSWORD",
  database: "DB_NAME",
  sslmode: "DB_SSLMODE",
  sslrootcert: "DB_SSLROOTCERT",
} as const satisfies Record<keyof Connection, string>;

/** What psql, pg_dump and most drivers read, https://www.postgresql.org/docs/15/libpq-envars.html. */
const libpqNames = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  database: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
} as const satisfies Record<keyof Connection, string>;

/** A connection as environment variables: the application's and libpq's. What the connection leaves open is left out. */
export function connectionVariables(connection: Connection): Record<string, string> {
  const whole: Connection = { sslmode: "disable", ...connection };
  const variables: Record<string, string> = {};
  for (const names of [applicationNames, libpqNames]) {
    for (const [key, name] of Object.entries(names)) {
      const value = whole[key as keyof Connection];
      if (value !== undefined) variables[name] = String(value);
    }
  }
  return variables;
}
