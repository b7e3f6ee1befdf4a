import type { ClientBase } from "pg";

/** Whether a query is running, such as an open cursor, or waiting to be sent. */
export function hasUnfinishedQueries(client: ClientBase): boolean {
  const queues = client as unknown as Queues;
  const isNew = "_activeQuery" in queues;
  const active = isNew ? queues._activeQuery : queues.activeQuery;
  const waiting = (isNew ? queues._queryQueue : queues.queryQueue) ?? [];
  return Boolean(active) || waiting.length > 0 || (queues._sentQueryQueue ?? []).length > 0;
}

/** The fields in which node-postgres keeps running and waiting queries. Releases before 8.16 name them without the underscore. */
interface Queues {
  _activeQuery?: object | null;
  _queryQueue?: readonly object[];
  _sentQueryQueue?: readonly object[];
  activeQuery?: object | null;
  queryQueue?: readonly object[];
}

export function protocolConnection(client: ClientBase): ProtocolConnection & ConnectionEvents {
  type Connected = { connection: ProtocolConnection & ConnectionEvents };
  return (client as unknown as Connected).connection;
}

/** The emitter of a connection's events, which are named after the server's messages. */
export interface ConnectionEvents {
  emit: (event: string | symbol, ...details: unknown[]) => boolean;
  /** `authorized`: of a TLS socket, whether the certificate was verified. */
  stream: { destroy: () => void; authorized?: boolean };
}

/** The members of node-postgres' connection that its types omit. */
export interface ProtocolConnection {
  /** Texts of the named statements that the server has prepared. */
  parsedStatements: Record<string, string>;
  /** Texts of the named statements that the server is preparing. */
  submittedNamedStatements: Record<string, string>;
  stream: { destroy: () => void };
  prependListener: ProtocolListeners;
  off: ProtocolListeners;
}

interface ProtocolListeners {
  (event: "commandComplete", listener: (message: { text: string }) => void): unknown;
  (event: "readyForQuery", listener: (message: { status: string }) => void): unknown;
}

/** Fails a call of node-postgres' query() with `error`, in the way that the caller expects: by promise, callback or exception. */
export function refuse(error: Error, ...[config, values, callback]: readonly unknown[]): unknown {
  const { submit, callback: own } = (config ?? {}) as { submit?: unknown; callback?: unknown };
  // A cursor or stream that is never submitted cannot report an error itself.
  if (typeof submit === "function") throw error;
  const onDone = [values, callback, own].find((each) => typeof each === "function");
  if (onDone === undefined) return Promise.reject(error);
  process.nextTick(onDone, error);
  return undefined;
}
