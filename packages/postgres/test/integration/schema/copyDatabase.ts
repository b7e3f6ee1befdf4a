import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Connection } from "../../../src/connection/connection";
import { rowsOf } from "../testDatabase";

const run = promisify(execFile);

/** Dumps one database and restores it into another, which is made for it on the same server or on another one. */
export async function copyDatabase(from: Connection, to: Connection): Promise<void> {
  await rowsOf(
    { ...to, database: "postgres" },
    `create database ${to.database} template template0`,
  );
  const { stdout } = await run("pg_dump", ["--no-password"], {
    env: { ...process.env, ...addressOf(from) },
    maxBuffer: 1 << 28,
  });
  const psql = run(
    "psql",
    ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null"],
    {
      env: { ...process.env, ...addressOf(to) },
    },
  );
  psql.child.stdin?.end(stdout);
  await psql;
}

function addressOf({ host, port, database, user, password = "" }: Connection) {
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
  };
}
