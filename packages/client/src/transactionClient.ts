import { EventEmitter } from "node:events";

import type { PoolClient } from "pg";

import { StatementRefused } from "./transactionErrors";
import type { TransactionGuard } from "./transactionGuard";

/**
 * The client that `run` gets: node-postgres' client without what would end the transaction or affect more than it.
 *
 * It is usable until `run` settles; a later query rejects with TransactionEnded. BEGIN, COMMIT and the like are refused with
 * StatementRefused, savepoints are allowed. `release()` does nothing, because the connection goes back to its pool when `run`
 * settles. Until then, listeners of `notice` and `notification` receive the server's messages.
 */
export class TransactionClient extends EventEmitter implements PoolClient {
  readonly #client: PoolClient;
  readonly query: PoolClient["query"];

  constructor(client: PoolClient, guard: TransactionGuard) {
    super();
    this.#client = client;
    this.query = ((...args: unknown[]) => guard.query(...args)) as PoolClient["query"];
    const notice = (message: unknown) => this.emit("notice", message);
    const notification = (message: unknown) => this.emit("notification", message);
    client.on("notice", notice);
    client.on("notification", notification);
    guard.onClose(() => {
      client.off("notice", notice);
      client.off("notification", notification);
    });
  }

  /** Does nothing. Adapters call it. */
  release(): void {
    // The connection goes back to its pool when `run` settles.
  }

  getTransactionStatus(): ReturnType<PoolClient["getTransactionStatus"]> {
    return this.#client.getTransactionStatus();
  }

  get escapeIdentifier(): PoolClient["escapeIdentifier"] {
    return this.#client.escapeIdentifier;
  }

  get escapeLiteral(): PoolClient["escapeLiteral"] {
    return this.#client.escapeLiteral;
  }

  get getTypeParser(): PoolClient["getTypeParser"] {
    return this.#client.getTypeParser.bind(this.#client);
  }

  get user(): PoolClient["user"] {
    return this.#client.user;
  }

  get database(): PoolClient["database"] {
    return this.#client.database;
  }

  get host(): string {
    return this.#client.host;
  }

  get port(): number {
    return this.#client.port;
  }

  get ssl(): boolean {
    return this.#client.ssl;
  }

  get pipeline(): boolean {
    return this.#client.pipeline;
  }

  /** @throws StatementRefused, as all members below do */
  get connection(): never {
    throw refused("connection");
  }

  connect(): never {
    throw refused("connect()");
  }

  end(): never {
    throw refused("end()");
  }

  copyFrom(): never {
    throw refused("copyFrom()");
  }

  copyTo(): never {
    throw refused("copyTo()");
  }

  pauseDrain(): never {
    throw refused("pauseDrain()");
  }

  resumeDrain(): never {
    throw refused("resumeDrain()");
  }

  setTypeParser(): never {
    throw refused("setTypeParser()");
  }
}

function refused(what: string): StatementRefused {
  return new StatementRefused(
    `${what} of a client in withTenantContext reaches beyond its transaction. Use query(); ` +
      "type parsers belong in the query's own `types`, or in the pool's.",
  );
}
