import type { Client, ClientBase, QueryResult } from "pg";

/** A client that can be handed on, and what has been sent through it. */
export interface QueryWatch {
  client: ClientBase;
  /** Every text in the order it was sent. Whoever watches may empty it. */
  sent: string[];
}

/**
 * Watches what a library sends: node-pg-migrate tells neither which of its statements failed nor when one committed.
 *
 * @param succeeded Called with the text of each statement that succeeded.
 */
export function watchQueries(client: Client, succeeded: (text: string) => void): QueryWatch {
  const sent: string[] = [];
  const query = async (text: string, values?: unknown[]): Promise<QueryResult> => {
    sent.push(text);
    const result = await client.query(text, values);
    succeeded(text);
    return result;
  };
  return { client: Object.assign(Object.create(client) as ClientBase, { query }), sent };
}
