import { type ClientBase, Query } from "pg";

import type { ProtocolConnection } from "./nodePostgres";

/**
 * What DISCARD ALL does, which PostgreSQL takes in no query string with COMMIT, and a seed for random() that nobody has chosen.
 *
 * The transaction's own level is named, because a session that is SERIALIZABLE DEFERRABLE by default waits for others.
 * RESET ALL comes before all that may take long: a statement_timeout of the session's ends there.
 * https://www.postgresql.org/docs/15/sql-discard.html
 */
const reset = [
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

/** How the server answered the end of a transaction. */
export interface Ending {
  /** What it did for COMMIT or ROLLBACK; undefined if it never said. */
  command: string | undefined;
  /** Set if anything of the session may be left. */
  error?: Error;
}

/** The part of node-postgres' query that is told of each statement's end. */
interface Answered {
  handleCommandComplete(message: { text: string }, connection: object): void;
}

const AnsweredQuery = Query as unknown as new (
  text: string,
  callback: (error: Error | null) => void,
) => Answered;

/** A query string that remembers what ended the transaction, also if a later statement fails. */
class Closing extends AnsweredQuery {
  command: string | undefined;

  override handleCommandComplete(message: { text: string }, connection: object): void {
    // Before the end of the transaction nothing is sent but this.
    if (message.text !== "RESET") this.command ??= message.text;
    super.handleCommandComplete(message, connection);
  }
}

/** What statements are sent on. */
interface Session {
  query: ClientBase["query"];
  connection: ProtocolConnection;
}

/**
 * Ends the transaction, and takes everything of the session back, in one round trip. Never rejects.
 *
 * A short statement_timeout of the transaction's would end during a COMMIT that has to write, and stop what comes after it;
 * a pooler in between would keep the session all the same. A failed transaction takes no statement before its end.
 */
export function endAndReset(
  session: Session,
  how: "commit" | "rollback",
  isFailed: boolean,
): Promise<Ending> {
  const first = how === "commit" && !isFailed ? "reset statement_timeout; " : "";
  return send(session, `${first}${how}; ${reset}`);
}

/** Takes everything back of a session that is in no transaction. Never rejects. */
export function resetSession(session: Session): Promise<Ending> {
  return send(session, reset);
}

function send({ query, connection }: Session, text: string): Promise<Ending> {
  return new Promise((resolve) => {
    const closing = new Closing(text, (error) => {
      const { command } = closing;
      if (error !== null) {
        resolve({ command, error });
        return;
      }
      // Otherwise node-postgres would bind to statements that the server no longer has.
      connection.parsedStatements = {};
      connection.submittedNamedStatements = {};
      resolve({ command });
    });
    void query(closing as unknown as Parameters<ClientBase["query"]>[0]);
  });
}
