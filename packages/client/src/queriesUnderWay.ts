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
