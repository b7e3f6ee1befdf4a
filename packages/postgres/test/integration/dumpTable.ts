import { execa } from "execa";

import type { Connection } from "../../src/connection/connection";

/** The rows of a table as pg_dump writes them, as the role that logs in may read it. */
export async function dumpTable(connection: Connection, table: string): Promise<string> {
  const { host, port, database, user, password, sslmode, sslrootcert } = connection;
  const env = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: sslmode,
    PGSSLROOTCERT: sslrootcert,
  };
  const args = ["--data-only", `--table=${table}`, `--dbname=${database}`];
  return (await execa("pg_dump", args, { env })).stdout;
}
