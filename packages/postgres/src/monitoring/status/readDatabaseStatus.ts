import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { readSql } from "../../sql/readSql";
import type { DatabaseStatus, StatementFacts, Unavailable } from "./databaseStatus";
import { withoutSecrets } from "./withoutSecrets";

/**
 * Asks the server how the database does, in one short session. Writes nothing, and takes no lock that others wait for.
 *
 * @param connection A role that is a member of pg_monitor; it needs no privilege on any table.
 * @param statementLimit How many of the slowest statements.
 */
export async function readDatabaseStatus(
  connection: Connection,
  statementLimit: number,
): Promise<DatabaseStatus> {
  return withClient(connection, "status", async (client) => {
    // Whoever asks because everything waits for a lock must not wait in the same queue.
    await client.query("set lock_timeout = '1s'");
    await client.query("set statement_timeout = '10s'");
    return {
      server: await readOne(client, "server"),
      database: await readOne(client, "database"),
      connections: {
        ...(await readOne<Omit<DatabaseStatus["connections"], "sessions">>(
          client,
          "connectionLimits",
        )),
        sessions: await readAll(client, "sessions"),
      },
      tables: await unlessRefused(readAll(client, "tables")),
      indexes: await unlessRefused(readAll(client, "indexes")),
      replicas: await readAll(client, "replicas"),
      slowestStatements: await unlessRefused(readStatements(client, statementLimit)),
    };
  });
}

/** From the extension's own view: whoever owns its schema can put another one there, which would be asked as this role. */
async function readStatements(
  client: Client,
  limit: number,
): Promise<StatementFacts[] | Unavailable> {
  const { view } = await readOne<{ view: string | null }>(client, "statementsView");
  if (view === null) return { unavailable: notInstalled };
  const sql = readSql(__dirname, "slowestStatements").replace(
    "monitoring.pg_stat_statements",
    () => view,
  );
  const found = (await client.query<StatementFacts>(sql, [limit])).rows;
  return found.map((statement) => ({ ...statement, query: withoutSecrets(statement.query) }));
}

async function readAll<T extends object>(
  client: Client,
  question: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  return (await client.query<T>(readSql(__dirname, question), [...values])).rows;
}

async function readOne<T extends object>(client: Client, question: string): Promise<T> {
  const [row] = await readAll<T>(client, question);
  if (row === undefined) throw new Error(`${question}.sql returned no row`);
  return row;
}

const notInstalled = "pg_stat_statements is not installed in schema monitoring";

/** What a refusal means, by SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const refusals: Readonly<Record<string, string>> = {
  "55P03": "another session holds a lock on them; see the sessions",
  "57014": "it took longer than 10 s",
  "42501": "the monitoring role may not read them",
  "42P01": notInstalled,
  "55000": "pg_stat_statements is not in shared_preload_libraries",
};

async function unlessRefused<T>(reading: Promise<T>): Promise<T | Unavailable> {
  try {
    return await reading;
  } catch (error) {
    const refusal = error instanceof DatabaseError ? refusals[error.code ?? ""] : undefined;
    if (refusal === undefined) throw error;
    return { unavailable: refusal };
  }
}
