import { randomUUID } from "node:crypto";

import type pg from "pg";

/** A statement that the application prepares under this name. */
export const own = (name: string) => ({ name, text: ownText });

/** The same, without a name. */
export const ownText = "select 'the application''s own' as statement";

/** The replacement of a tenant that injects SQL. */
const planted = "select 'a tenant''s' as statement";

/**
 * A transaction of a tenant that injects SQL: it replaces the text of the application's prepared statement, whatever its
 * name on the server.
 *
 * @param client a session of the application, in a transaction
 */
export async function plant(client: pg.Client, name: string): Promise<void> {
  await client.query(own(name));
  const { rows } = await client.query<{ name: string }>(
    "select pg_catalog.quote_ident(name) as name from pg_catalog.pg_prepared_statements where statement = $1",
    [ownText],
  );
  const its = rows[0]?.name ?? "";
  await client.query(`deallocate ${its}; prepare ${its} as ${planted}`);
}

/** What a tenant leaves behind to make the pooler's reset fail. */
interface Leftovers {
  /** The statement_timeout, in milliseconds. */
  timeoutMs: number;
  /** How many constants the unnamed statement has. */
  constants: number;
}

/**
 * Plants the statement and tries to make the pooler's reset fail: leaves a short statement_timeout, and an unnamed
 * statement so large that the server needs longer than that to free its memory, which it does before anything else.
 *
 * @returns whether the transaction was committed, which must also happen within the timeout
 */
export async function plantForGood(
  client: pg.Client,
  name: string,
  { timeoutMs, constants }: Leftovers,
): Promise<boolean> {
  const large = Array.from({ length: constants }, (_, index) => index).join();
  const text = `select pg_catalog.set_config('statement_timeout', '${timeoutMs}', false) where $1::int in (${large})`;
  // When PgBouncer tracks prepared statements, it disconnects a client that prepares one name twice.
  const finish = randomUUID();
  await client.query("begin");
  await plant(client, name);
  await perform(client, (connection) => {
    connection.parse({ name: finish, text: "commit", types: [] });
  });
  await perform(client, (connection) => {
    connection.parse({ name: "", text, types: [] });
    connection.bind({ portal: "", statement: "", values: ["1"] });
    connection.execute({ portal: "", rows: 0 });
  });
  try {
    await perform(client, (connection) => {
      connection.bind({ portal: "", statement: finish, values: [] });
      connection.execute({ portal: "", rows: 0 });
    });
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code !== "57014") throw error;
    await client.query("rollback");
    return false;
  }
}

/** Sends messages of the extended protocol, followed by a Sync. @throws the server's error for one of them */
function perform(client: pg.Client, send: (connection: ExtendedProtocol) => void): Promise<void> {
  return new Promise((done, fail) => {
    const ignore = () => undefined;
    const messages = {
      submit(connection: ExtendedProtocol) {
        send(connection);
        connection.sync();
      },
      // node-postgres itself waits for the ReadyForQuery that follows.
      handleError: fail,
      handleReadyForQuery: () => {
        done();
      },
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleCommandComplete: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
    };
    client.query(messages as unknown as pg.Submittable);
  });
}

/** The interface of node-postgres for this, which its types omit. */
interface ExtendedProtocol {
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly string[] }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}
