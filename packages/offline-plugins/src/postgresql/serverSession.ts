import { setTimeout as sleep } from "node:timers/promises";

import {
  clientAddress,
  clientClass,
  type Connection,
} from "@hosterizer/postgres/connection/connection";
import { startUpOptions } from "@hosterizer/postgres/connection/sessionSettings";
import { convergeLock } from "@hosterizer/postgres/convergence/converge";
import { DatabaseError, escapeIdentifier, Pool, type PoolClient } from "pg";

import type { ProviderSession } from "../protocol/resourceType";
import type { Configuration } from "./configuration";
import { ServerUnreachable } from "./explainFailure";

/** The connection to one server. Reads run in parallel, changes one after the other. */
export class ServerSession implements ProviderSession {
  private readonly pools: Pools;
  private readonly tasks = new TaskQueue();
  private cancelled = false;

  constructor(
    readonly configuration: Configuration,
    private readonly warn: (message: string) => void,
  ) {
    this.pools = new Pools(configuration);
  }

  /** Runs queries in `database`, by default the provider's. */
  async read<T>(
    run: (client: PoolClient) => Promise<T>,
    database = this.configuration.database,
  ): Promise<T> {
    this.refuseWhenCancelled();
    return this.pools.use(database, run);
  }

  /** Like `read`; undefined if the database is gone. */
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

  /** Runs changes in one transaction that holds the lock. */
  async change(
    run: (client: PoolClient) => Promise<void>,
    database = this.configuration.database,
  ): Promise<void> {
    await this.tasks.run(async () => {
      for (let attempt = 1; ; attempt++) {
        this.refuseWhenCancelled();
        try {
          await this.pools.use(database, (client) => this.transact(client, run));
          return;
        } catch (error) {
          const isRetryable =
            error instanceof DatabaseError && retryableCodes.has(error.code ?? "");
          if (!isRetryable || attempt === attempts) throw error;
          await sleep(5 * 2 ** attempt * (1 + Math.random()));
        }
      }
    });
  }

  /**
   * Runs statements that PostgreSQL allows only outside a transaction, such as CREATE DATABASE. Holds the lock too. If a
   * statement fails, the connection is closed, which releases the lock.
   */
  async command(run: (client: PoolClient) => Promise<void>): Promise<void> {
    await this.tasks.run(async () => {
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
      if (ineffectiveCodes.has(notice.code ?? "")) this.warn(`PostgreSQL: ${notice.message ?? ""}`);
    };
    client.on("notice", listen);
    try {
      await client.query("begin");
      // Two concurrent changes of one access list fail with "tuple concurrently updated", so all the project's writers take
      // this lock. Waiting for it must not count as a slow statement.
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

const internalError = "XX000";
const uniqueViolation = "23505";
const deadlockDetected = "40P01";
const serializationFailure = "40001";
/** Failures that writers outside this project can cause, because they do not take the lock. The change is retried. */
const retryableCodes = new Set([
  internalError,
  uniqueViolation,
  deadlockDetected,
  serializationFailure,
]);
const attempts = 10;

const noDatabase = "3D000";

/** The codes of the notices for a GRANT or REVOKE that had less effect than requested, or none. */
const ineffectiveCodes = new Set(["01006", "01007"]);

/** Connections to one server: a pool for each database, each bounded by the provider's `maxConnections`. */
class Pools {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly configuration: Configuration) {}

  /** Runs `run` on a connection to `database`. The connection is closed if `run` fails. */
  async use<T>(database: string, run: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect(database);
    // If the connection breaks while in use, the running statement reports that.
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
      // An error of the server itself, such as a missing database, has a code that callers check.
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
    const connection: Connection = {
      host,
      port,
      database,
      user: username,
      // Like libpq: `require` with an authority verifies the certificate.
      sslmode: sslmode === "require" && sslrootcert !== undefined ? "verify-ca" : sslmode,
      ...(password === undefined ? {} : { password }),
      ...(sslrootcert === undefined ? {} : { sslrootcert }),
      ...(sslcert === undefined || sslkey === undefined ? {} : { sslcert, sslkey }),
      // A deploy role may log in with a token.
      authentication: "any",
    };
    const pool = new Pool({
      ...clientAddress(connection),
      Client: clientClass(connection),
      application_name: "hosterizer-database/postgresql plugin",
      // Protects a superuser's session in a database whose owner is not a superuser.
      options: startUpOptions,
      connectionTimeoutMillis: connectTimeout * 1000,
      idleTimeoutMillis: idleTime,
      max: maxConnections === 0 ? Number.MAX_SAFE_INTEGER : maxConnections,
    });
    // If the server closes an idle connection, the next use opens another.
    pool.on("error", () => undefined);
    this.pools.set(database, pool);
    return pool;
  }
}

/**
 * Milliseconds. An idle connection counts towards its database's limit and blocks renaming it. PostgreSQL waits longer than
 * this before a rename fails.
 */
const idleTime = 500;

/** Runs tasks one after the other, in order of arrival. */
class TaskQueue {
  private last: Promise<void> = Promise.resolve();

  async run<T>(task: () => Promise<T>): Promise<T> {
    const before = this.last;
    const { promise, resolve } = deferred();
    this.last = promise;
    await before;
    try {
      return await task();
    } finally {
      resolve();
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * Runs `run` with the rights of `roles`, which own the objects that it changes.
 *
 * A deploy role that is not a superuser becomes a member of them meanwhile, as in the official plugin. In a transaction no
 * other session sees the membership.
 */
export async function actAs(
  client: PoolClient,
  roles: readonly string[],
  run: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<Relation>(relations, [roles]);
  const joined = rows.filter(({ is_settled }) => !is_settled);
  for (const { name, session_role, is_member } of joined) {
    if (is_member) await client.query(membership("revoke", session_role, name));
    await client.query(membership("grant", name, session_role));
  }
  try {
    await run();
  } catch (error) {
    // In a failed transaction this fails too, and the rollback undoes the memberships. Outside of a transaction it is needed.
    await leave().catch(() => undefined);
    throw error;
  }
  await leave();

  async function leave(): Promise<void> {
    for (const { name, session_role, is_member } of joined) {
      await client.query(membership("revoke", name, session_role));
      if (is_member) await client.query(membership("grant", session_role, name));
    }
  }
}

function membership(verb: "grant" | "revoke", group: string, member: string): string {
  const preposition = verb === "grant" ? "to" : "from";
  return `${verb} ${escapeIdentifier(group)} ${preposition} ${escapeIdentifier(member)}`;
}

interface Relation {
  name: string;
  /** The name of the session's role. A role cannot be granted as CURRENT_USER. */
  session_role: string;
  /** Whether no membership is needed: the session's role has the role's rights, or can never get them. */
  is_settled: boolean;
  /** Whether the role is a member of the session's role. PostgreSQL allows no cycles, so that membership is suspended. */
  is_member: boolean;
}

/** How the session's role relates to each of the roles `$1`. Missing roles are left out. */
const relations = `
  select r.rolname as name,
         u.rolname as session_role,
         u.rolsuper or r.rolsuper
           or pg_catalog.pg_has_role(current_user, r.oid, 'usage')
           or exists (select from pg_catalog.pg_auth_members m
                       where m.roleid = r.oid and m.member = u.oid) as is_settled,
         exists (select from pg_catalog.pg_auth_members m
                  where m.roleid = u.oid and m.member = r.oid) as is_member
    from pg_catalog.pg_roles r
    cross join pg_catalog.pg_roles u
   where u.rolname = current_user and r.rolname = any ($1)`;
