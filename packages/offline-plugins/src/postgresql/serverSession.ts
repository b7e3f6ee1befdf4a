import { setTimeout as sleep } from "node:timers/promises";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { startUpOptions } from "@hosterizer/postgres/connection/sessionSettings";
import { convergeLock } from "@hosterizer/postgres/convergence/converge";
import { DatabaseError, escapeIdentifier, Pool, type PoolClient } from "pg";

import type { ProviderSession } from "../protocol/resourceType";
import type { Configuration } from "./configuration";
import { ServerUnreachable } from "./explainFailure";

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

/**
 * Milliseconds. An idle connection counts towards its database's limit and keeps it from being renamed; PostgreSQL waits
 * longer than this before it gives up a rename.
 */
const idleTime = 500;

/** Connections to one server: a pool for each database, each bounded by the provider's `maxConnections`. */
class Pools {
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

/** Lets tasks run one after the other, in the order in which they came. */
class Turns {
  private last: Promise<void> = Promise.resolve();

  async take<T>(task: () => Promise<T>): Promise<T> {
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

interface Relation {
  name: string;
  /** The session's role by name: where a role is granted, PostgreSQL knows no CURRENT_USER. */
  session_role: string;
  /** The session's role need not become a member: it has the role's rights, or never can get them. */
  enough: boolean;
  /** The role is a member of the session's role. PostgreSQL allows no circle, so this has to pause. */
  reverse: boolean;
}

/** How the session's role stands to each of the roles `$1`. Roles that do not exist are left out. */
const relations = `
  select r.rolname as name,
         u.rolname as session_role,
         u.rolsuper or r.rolsuper
           or pg_catalog.pg_has_role(current_user, r.oid, 'usage')
           or exists (select from pg_catalog.pg_auth_members m
                       where m.roleid = r.oid and m.member = u.oid) as enough,
         exists (select from pg_catalog.pg_auth_members m
                  where m.roleid = u.oid and m.member = r.oid) as reverse
    from pg_catalog.pg_roles r
    cross join pg_catalog.pg_roles u
   where u.rolname = current_user and r.rolname = any ($1)`;

/**
 * Runs `run` with the rights of `roles`, which own what it changes.
 *
 * A deploy role that is no superuser becomes a member of them for so long, as the official plugin does. In a transaction
 * nobody else ever sees the membership.
 */
export async function actAs(
  client: PoolClient,
  roles: readonly string[],
  run: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<Relation>(relations, [roles]);
  const borrowed = rows.filter(({ enough }) => !enough);
  for (const { name, session_role, reverse } of borrowed) {
    if (reverse) await client.query(membership("revoke", session_role, name));
    await client.query(membership("grant", name, session_role));
  }
  try {
    await run();
  } catch (error) {
    // A failed transaction undoes itself, and takes no statement more; outside of one nothing else would.
    await giveBack().catch(() => undefined);
    throw error;
  }
  await giveBack();

  async function giveBack(): Promise<void> {
    for (const { name, session_role, reverse } of borrowed) {
      await client.query(membership("revoke", name, session_role));
      if (reverse) await client.query(membership("grant", session_role, name));
    }
  }
}

function membership(verb: "grant" | "revoke", group: string, member: string): string {
  const preposition = verb === "grant" ? "to" : "from";
  return `${verb} ${escapeIdentifier(group)} ${preposition} ${escapeIdentifier(member)}`;
}
