import { type ClientBase, Query } from "pg";

import type { ProtocolConnection } from "./nodePostgres";

/**
 * Ends the transaction and resets the session, in one round trip. Never rejects.
 *
 * A short statement_timeout of the transaction could expire during a COMMIT that writes, and stop the reset after it; a pooler
 * would still keep the session. So it is reset first, except in a failed transaction, which accepts no other statement.
 */
export function endAndReset(
  session: Session,
  how: "commit" | "rollback",
  isFailed: boolean,
): Promise<Ending> {
  const first = how === "commit" && !isFailed ? "reset statement_timeout; " : "";
  return send(session, `${first}${how}; ${resetStatements}`);
}

/** How the server answered the end of a transaction. */
export interface Ending {
  /** The server's answer to COMMIT or ROLLBACK; undefined if none arrived. */
  command: string | undefined;
  /** Set if session state may be left. */
  error?: Error;
}

/** Resets a session that has no open transaction. Never rejects. */
export function resetSession(session: Session): Promise<Ending> {
  return send(session, resetStatements);
}

interface Session {
  query: ClientBase["query"];
  connection: ProtocolConnection;
}

/**
 * The parts of DISCARD ALL, which PostgreSQL does not accept in one query string with COMMIT, and a random seed for random().
 *
 * BEGIN names its isolation level, because a session that defaults to SERIALIZABLE DEFERRABLE would wait for others.
 * RESET ALL comes before the statements that may take long, because it lifts the session's statement_timeout.
 * https://www.postgresql.org/docs/15/sql-discard.html
 */
const resetStatements = [
  "begin isolation level read committed",
  "reset all",
  "set session authorization default",
  "close all",
  "deallocate all",
  "unlisten *",
  "discard plans",
  "discard temp",
  "discard sequences",
  `select pg_catalog.pg_advisory_unlock_all(),
          pg_catalog.setseed(pg_catalog.sin(pg_catalog.float8(
            pg_catalog.uuid_hash_extended(pg_catalog.gen_random_uuid(), 0))))`,
  "commit",
].join("; ");

function send({ query, connection }: Session, text: string): Promise<Ending> {
  return new Promise((resolve) => {
    const ending = new EndingQuery(text, (error) => {
      const { command } = ending;
      if (error !== null) {
        resolve({ command, error });
        return;
      }
      // Otherwise node-postgres would use prepared statements that the server has discarded.
      connection.parsedStatements = {};
      connection.submittedNamedStatements = {};
      resolve({ command });
    });
    void query(ending as unknown as Parameters<ClientBase["query"]>[0]);
  });
}

/** The part of node-postgres' query that receives the answer to each statement. */
interface Answered {
  handleCommandComplete(message: { text: string }, connection: object): void;
}

const AnsweredQuery = Query as unknown as new (
  text: string,
  callback: (error: Error | null) => void,
) => Answered;

/** A query string that remembers how the transaction ended, also if a later statement fails. */
class EndingQuery extends AnsweredQuery {
  command: string | undefined;

  override handleCommandComplete(message: { text: string }, connection: object): void {
    // The only statement before the end of the transaction is `reset statement_timeout`.
    if (message.text !== "RESET") this.command ??= message.text;
    super.handleCommandComplete(message, connection);
  }
}
