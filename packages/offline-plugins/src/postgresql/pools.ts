import { DatabaseError, Pool, type PoolClient } from "pg";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { startUpOptions } from "@hosterizer/postgres/connection/sessionSettings";
import type { Configuration } from "./configuration";
import { ServerUnreachable } from "./serverUnreachable";

/**
 * Milliseconds. An idle connection counts towards its database's limit and keeps it from being renamed; PostgreSQL waits
 * longer than this before it gives up a rename.
 */
const idleTime = 500;

/** Connections to one server: a pool for each database, each bounded by the provider's `maxConnections`. */
export class Pools {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly configuration: Configuration) {}

  /** Runs `run` on a connection of its own to `database`. The connection is closed if `run` fails. */
  async use<T>(database: string, run: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect(database);
    // A connection that breaks while it is in use is reported by the statement that runs on it.
    const ignore = () => undefined;
    client.on("error", ignore);
    let failure: unknown;
    try {
      return await run(client);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.off("error", ignore);
      client.release(failure !== undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.end()));
    this.pools.clear();
  }

  private async connect(database: string): Promise<PoolClient> {
    try {
      return await this.pool(database).connect();
    } catch (cause) {
      // What the server itself says, such as that there is no such database, has a code to go by.
      if (cause instanceof DatabaseError) throw cause;
      const { host, port } = this.configuration;
      throw new ServerUnreachable(host, port, cause);
    }
  }

  private pool(database: string): Pool {
    const existing = this.pools.get(database);
    if (existing !== undefined) return existing;
    const { host, port, username, password, sslmode, sslrootcert } = this.configuration;
    const { sslcert, sslkey } = this.configuration;
    const { connectTimeout, maxConnections } = this.configuration;
    const pool = new Pool({
      ...clientAddress({
        host,
        port,
        database,
        user: username,
        // As libpq's drivers do: who gives an authority wants it to have signed.
        sslmode: sslmode === "require" && sslrootcert !== undefined ? "verify-ca" : sslmode,
        ...(password === undefined ? {} : { password }),
        ...(sslrootcert === undefined ? {} : { sslrootcert }),
        ...(sslcert === undefined || sslkey === undefined ? {} : { sslcert, sslkey }),
      }),
      application_name: "hosterizer-database/postgresql plugin",
      // It may be a superuser's session in a database whose owner is none.
      options: startUpOptions,
      connectionTimeoutMillis: connectTimeout * 1000,
      idleTimeoutMillis: idleTime,
      max: maxConnections === 0 ? Number.MAX_SAFE_INTEGER : maxConnections,
    });
    // An idle connection that the server closes is no failure: the next use opens another.
    pool.on("error", () => undefined);
    this.pools.set(database, pool);
    return pool;
  }
}
