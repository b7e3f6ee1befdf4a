import type { ClientBase } from "pg";

/** Where node-postgres keeps what it has sent and what waits; before 8.16 without the underscore. */
interface Queues {
  _activeQuery?: object | null;
  _queryQueue?: readonly object[];
  _sentQueryQueue?: readonly object[];
  activeQuery?: object | null;
  queryQueue?: readonly object[];
}

/** Whether a query was sent that has no end yet, such as an open cursor, or waits to be sent. */
export function hasQueriesUnderWay(client: ClientBase): boolean {
  const queues = client as unknown as Queues;
  const isNew = "_activeQuery" in queues;
  const active = isNew ? queues._activeQuery : queues.activeQuery;
  const waiting = (isNew ? queues._queryQueue : queues.queryQueue) ?? [];
  return Boolean(active) || waiting.length > 0 || (queues._sentQueryQueue ?? []).length > 0;
}

/** What node-postgres' types leave out of its connection. */
export interface ProtocolConnection {
  /** Texts of the named statements that the server has been given, and of those under way. */
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  stream: { destroy: () => void };
  prependListener: ProtocolListeners;
  off: ProtocolListeners;
}

interface ProtocolListeners {
  (event: "commandComplete", listener: (message: { text: string }) => void): unknown;
  (event: "readyForQuery", listener: (message: { status: string }) => void): unknown;
}

export function protocolConnection(client: ClientBase): ProtocolConnection {
  return (client as unknown as { connection: ProtocolConnection }).connection;
}

/** Answers a call of node-postgres' query() with an error, in the form that the caller waits for. */
export function refuse(error: Error, ...[config, values, callback]: readonly unknown[]): unknown {
  const { submit, callback: own } = (config ?? {}) as { submit?: unknown; callback?: unknown };
  // A cursor or stream that is never submitted tells nobody of an error.
  if (typeof submit === "function") throw error;
  const called = [values, callback, own].find((each) => typeof each === "function");
  if (called === undefined) return Promise.reject(error);
  process.nextTick(called, error);
  return undefined;
}
