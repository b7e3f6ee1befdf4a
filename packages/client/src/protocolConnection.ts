import type { ClientBase } from "pg";

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
