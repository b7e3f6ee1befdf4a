import type { ClientBase, Pool, PoolClient } from "pg";

import {
  hasQueriesUnderWay,
  type ProtocolConnection,
  protocolConnection,
  refuse,
} from "./nodePostgres";
import { type Ending, endAndReset, resetSession } from "./resetSession";
import { TransactionEnded } from "./transactionErrors";

/** Queries sent on each connection so far, by anyone, and how many had been sent when its session was last reset. */
const sent = new WeakMap<ClientBase, number>();
const cleanAfter = new WeakMap<ClientBase, number>();
/** Connections that are new, or lent for the first time. */
const fresh = new WeakMap<ClientBase, "not lent yet" | "lent once">();
const watched = new WeakSet<Pool>();

/**
 * A connection for one transaction: nothing of an earlier session is on it, and nothing of this one stays on it.
 *
 * Code that has kept the client from an earlier time can neither send anything on it meanwhile, nor give it back.
 */
export class BorrowedConnection {
  /** The client's own. */
  readonly query: PoolClient["query"];
  readonly connection: ProtocolConnection;
  private readonly release: PoolClient["release"];
  private readonly unlock: () => void;

  private constructor(readonly client: PoolClient) {
    this.query = client.query.bind<PoolClient["query"]>(client);
    this.connection = protocolConnection(client);
    this.release = client.release.bind(client);
    this.unlock = lock(client);
    // One that is cut says so twice, to the statement under way and to those who listen.
    client.on("error", ignore);
  }

  /** @throws what the pool's connect() does */
  static async from(pool: Pool): Promise<BorrowedConnection> {
    watch(pool);
    for (;;) {
      const client = await pool.connect();
      if (!sent.has(client)) count(client);
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

  /** Never rejects. Where the ending has an error, something of the session may be left. */
  end(how: "commit" | "rollback"): Promise<Ending> {
    return endAndReset(this, how, this.client.getTransactionStatus() === "E");
  }

  /** For the next transaction; nothing of the session is left. */
  giveBack(): void {
    cleanAfter.set(this.client, sent.get(this.client) ?? 0);
    this.leave();
    this.release();
  }

  /** Closes it. What is under way on it fails, and its transaction is rolled back. */
  destroy(): void {
    this.leave();
    this.release(true);
  }

  private leave(): void {
    this.unlock();
    this.client.off("error", ignore);
  }
}

const ignore = () => undefined;

/** Counts the queries on a pool's connections, also while they are idle. */
function watch(pool: Pool): void {
  if (watched.has(pool)) return;
  watched.add(pool);
  pool.on("connect", (client) => {
    fresh.set(client, "not lent yet");
    count(client);
  });
  pool.on("acquire", (client) => {
    if (fresh.get(client) === "not lent yet") fresh.set(client, "lent once");
    else fresh.delete(client);
  });
}

function count(client: ClientBase): void {
  sent.set(client, 0);
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown;
  client.query = ((...args: readonly unknown[]) => {
    sent.set(client, (sent.get(client) ?? 0) + 1);
    return query(...args);
  }) as ClientBase["query"];
}

/** Used: somebody else has sent something. Unusable: that has no end yet, or has left a transaction open. */
function stateOf(client: ClientBase): "clean" | "used" | "unusable" {
  // What the pool's own listeners have begun on a new connection comes before all that is sent here.
  if (fresh.has(client)) return "clean";
  if (hasQueriesUnderWay(client) || client.getTransactionStatus() !== "I") return "unusable";
  return sent.get(client) === cleanAfter.get(client) ? "clean" : "used";
}

/** Until it is unlocked, the client itself serves nobody. */
function lock(client: PoolClient): () => void {
  const query = Object.getOwnPropertyDescriptor(client, "query");
  const release = client.release.bind(client);
  const error = () =>
    new TransactionEnded(
      "this client was given back to its pool, and serves another transaction. Use a client only until it is released.",
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
