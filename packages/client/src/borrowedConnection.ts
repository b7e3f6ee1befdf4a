import type { ClientBase, Pool, PoolClient } from "pg";

import {
  hasUnfinishedQueries,
  type ProtocolConnection,
  protocolConnection,
  refuse,
} from "./nodePostgres";
import { type Ending, endAndReset, resetSession } from "./resetSession";
import { TransactionEnded } from "./transactionErrors";

/**
 * A connection for one transaction. It carries no state of an earlier session, and keeps none of its own.
 *
 * Code that still holds the client from an earlier checkout can neither query nor release it meanwhile.
 */
export class BorrowedConnection {
  /** The client's own method, which the lock does not block. */
  readonly query: PoolClient["query"];
  readonly connection: ProtocolConnection;
  private readonly release: PoolClient["release"];
  private readonly unlock: () => void;

  private constructor(readonly client: PoolClient) {
    this.query = client.query.bind<PoolClient["query"]>(client);
    this.connection = protocolConnection(client);
    this.release = client.release.bind(client);
    this.unlock = lock(client);
    // A broken connection fails the running statement and also emits this event, which would end the process.
    client.on("error", ignore);
  }

  /** @throws the errors of the pool's connect() */
  static async from(pool: Pool): Promise<BorrowedConnection> {
    countQueriesOf(pool);
    for (;;) {
      const client = await pool.connect();
      if (!queriesSent.has(client)) countQueries(client);
      const borrowed = new BorrowedConnection(client);
      const state = stateOf(client);
      if (state === "clean") return borrowed;
      if (state === "used") {
        const { error } = await resetSession(borrowed);
        if (error === undefined) return borrowed;
      }
      borrowed.destroy();
    }
  }

  /** Ends the transaction and resets the session. Never rejects; after an error, session state may be left. */
  end(how: "commit" | "rollback"): Promise<Ending> {
    return endAndReset(this, how, this.client.getTransactionStatus() === "E");
  }

  /** Returns a connection whose session was reset to the pool. */
  giveBack(): void {
    queriesSentAtReset.set(this.client, queriesSent.get(this.client) ?? 0);
    this.detach();
    this.release();
  }

  /** Closes the connection. Its running query fails, and the server rolls its transaction back. */
  destroy(): void {
    this.detach();
    this.release(true);
  }

  private detach(): void {
    this.unlock();
    this.client.off("error", ignore);
  }
}

const ignore = () => undefined;

/** Used: other code has sent queries since the last reset. Unusable: one of them is still running, or left a transaction open. */
function stateOf(client: ClientBase): "clean" | "used" | "unusable" {
  // Queries of the pool's "connect" listeners may still run on a new connection. node-postgres sends ours after them.
  if (newConnections.has(client)) return "clean";
  if (hasUnfinishedQueries(client) || client.getTransactionStatus() !== "I") return "unusable";
  return queriesSent.get(client) === queriesSentAtReset.get(client) ? "clean" : "used";
}

/** The number of queries sent on each connection so far, by any code. */
const queriesSent = new WeakMap<ClientBase, number>();
/** The value of `queriesSent` when the connection's session was last reset. */
const queriesSentAtReset = new WeakMap<ClientBase, number>();
/** Connections that have served at most one borrower. */
const newConnections = new WeakMap<ClientBase, "not lent yet" | "lent once">();
const countedPools = new WeakSet<Pool>();

/** Counts the queries on all connections of a pool, also while no transaction borrows them. */
function countQueriesOf(pool: Pool): void {
  if (countedPools.has(pool)) return;
  countedPools.add(pool);
  pool.on("connect", (client) => {
    newConnections.set(client, "not lent yet");
    countQueries(client);
  });
  pool.on("acquire", (client) => {
    if (newConnections.get(client) === "not lent yet") newConnections.set(client, "lent once");
    else newConnections.delete(client);
  });
}

function countQueries(client: ClientBase): void {
  queriesSent.set(client, 0);
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown;
  client.query = ((...args: readonly unknown[]) => {
    queriesSent.set(client, (queriesSent.get(client) ?? 0) + 1);
    return query(...args);
  }) as ClientBase["query"];
}

/** Makes the client refuse all calls until the returned function unlocks it. */
function lock(client: PoolClient): () => void {
  const query = Object.getOwnPropertyDescriptor(client, "query");
  const release = client.release.bind(client);
  const error = () =>
    new TransactionEnded(
      "this client was released to its pool and now serves another transaction. Do not use a client after its release.",
    );
  client.query = ((...args: unknown[]) => refuse(error(), ...args)) as PoolClient["query"];
  client.release = () => {
    throw error();
  };
  return () => {
    if (query === undefined) Reflect.deleteProperty(client, "query");
    else Object.defineProperty(client, "query", query);
    client.release = release;
  };
}
