import { setTimeout as sleep } from "node:timers/promises";

import { DatabaseError, type PoolClient } from "pg";

import { convergeLock } from "@hosterizer/postgres/convergence/converge";
import type { ProviderSession } from "../protocol/providerDefinition";
import type { Configuration } from "./configuration";
import { Pools } from "./pools";
import { Turns } from "./turns";

const internalError = "XX000";
const uniqueViolation = "23505";
const deadlockDetected = "40P01";
const serializationFailure = "40001";
/** How writers outside this project, which do not take the lock, make a change fail that may just be repeated. */
const passing = new Set([internalError, uniqueViolation, deadlockDetected, serializationFailure]);
const attempts = 10;

const noDatabase = "3D000";

/** What the server says to a GRANT or a REVOKE that did less than it was told to, or nothing. */
const ineffective = new Set(["01006", "01007"]);

/** The way to one server: reads run side by side, changes one after the other. */
export class ServerSession implements ProviderSession {
  private readonly pools: Pools;
  private readonly turns = new Turns();
  private cancelled = false;

  constructor(
    readonly configuration: Configuration,
    private readonly warn: (message: string) => void,
  ) {
    this.pools = new Pools(configuration);
  }

  /** Runs queries in `database`, or in the provider's own. */
  async read<T>(
    run: (client: PoolClient) => Promise<T>,
    database = this.configuration.database,
  ): Promise<T> {
    this.refuseWhenCancelled();
    return this.pools.use(database, run);
  }

  /** As `read`; undefined where the database is gone, and all that was in it. */
  async readWithin<T>(
    database: string,
    run: (client: PoolClient) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await this.read(run, database);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === noDatabase) return undefined;
      throw error;
    }
  }

  /** Changes something in one transaction that holds the lock: all of it, or nothing. */
  async change(
    run: (client: PoolClient) => Promise<void>,
    database = this.configuration.database,
  ): Promise<void> {
    await this.turns.take(async () => {
      for (let attempt = 1; ; attempt++) {
        this.refuseWhenCancelled();
        try {
          await this.pools.use(database, (client) => this.transact(client, run));
          return;
        } catch (error) {
          const mayPass = error instanceof DatabaseError && passing.has(error.code ?? "");
          if (!mayPass || attempt === attempts) throw error;
          await sleep(5 * 2 ** attempt * (1 + Math.random()));
        }
      }
    });
  }

  /**
   * Runs what PostgreSQL allows outside a transaction only, such as CREATE DATABASE. Holds the lock too: a connection whose
   * statement fails is closed, which frees it.
   */
  async command(run: (client: PoolClient) => Promise<void>): Promise<void> {
    await this.turns.take(async () => {
      this.refuseWhenCancelled();
      await this.pools.use(this.configuration.database, async (client) => {
        await client.query("select pg_catalog.pg_advisory_lock($1)", [convergeLock]);
        await run(client);
        await client.query("select pg_catalog.pg_advisory_unlock($1)", [convergeLock]);
      });
    });
  }

  cancel(): void {
    this.cancelled = true;
  }

  async close(): Promise<void> {
    this.cancelled = true;
    await this.pools.close();
  }

  private async transact(client: PoolClient, run: (client: PoolClient) => Promise<void>) {
    const listen = (notice: { code?: string | undefined; message?: string | undefined }) => {
      if (ineffective.has(notice.code ?? "")) this.warn(`PostgreSQL: ${notice.message ?? ""}`);
    };
    client.on("notice", listen);
    try {
      await client.query("begin");
      // Two changes of one access list at a time fail with "tuple concurrently updated". All the project's writers take
      // this lock. Waiting for it is no slow statement.
      await client.query("set local statement_timeout = 0");
      await client.query("select pg_catalog.pg_advisory_xact_lock($1)", [convergeLock]);
      await run(client);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    } finally {
      client.off("notice", listen);
    }
  }

  private refuseWhenCancelled(): void {
    if (this.cancelled) throw new Error("the operation was cancelled");
  }
}
