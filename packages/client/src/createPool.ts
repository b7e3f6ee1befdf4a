import { type ClientBase, Pool, type PoolClient, type PoolConfig } from "pg";

import { type PoolSettings, readPoolSettings, tlsOptions } from "./poolSettings";
import { hasUnfinishedQueries } from "./nodePostgres";
import { ScramClient } from "./scramClient";
import type { ContextKey } from "./signContext";

/**
 * Creates a pool, which opens connections as they are needed.
 *
 * @param settings Default: the values of the `DB_*` variables.
 */
export function createPool(settings: PoolSettings = readPoolSettings()): DatabasePool {
  return new DatabasePool(settings);
}

/**
 * A node-postgres pool that finds the host that accepts writes, asks for credentials for each new connection, and keeps a
 * limited number of idle connections.
 *
 * After a failover the next connection goes to the new primary. Connections to the old primary fail once and are discarded.
 */
export class DatabasePool extends Pool {
  /** The key that `withTenantContext` signs contexts with; undefined if it does not sign them. */
  readonly contextKey: ContextKey | undefined;
  private readonly hosts: string[];
  private readonly credentials: PoolSettings["credentials"];
  private readonly maxIdle: number;
  /** Connections on which the server has confirmed that it accepts writes. */
  private readonly writable = new WeakSet<ClientBase>();

  constructor(settings: PoolSettings) {
    const hosts = (settings.host ?? "localhost").split(",").map((host) => host.trim());
    super(poolConfig(settings));
    this.hosts = hosts;
    this.credentials = settings.credentials;
    this.contextKey = settings.contextKey;
    this.maxIdle = settings.maxIdleConnections ?? 5;
    // An idle connection that breaks needs no report: the next caller gets another.
    this.on("error", () => undefined);
    // Without this listener, a connection that breaks during its handover would end the process. Its next statement fails anyway.
    this.on("connect", (client) => client.on("error", () => undefined));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const opened = this.open();
    if (callback === undefined) return opened;
    opened.then(
      (client) => {
        callback(undefined, client, (release) => {
          client.release(release);
        });
      },
      (error: unknown) => {
        callback(error as Error, undefined, () => undefined);
      },
    );
  }

  private async open(): Promise<PoolClient> {
    // An idle connection that no earlier caller waits for needs neither a host nor credentials.
    const client = this.idleCount > this.waitingCount ? await this.take() : await this.openNew();
    const release = client.release.bind(client);
    client.release = (error) => {
      const isSpare = this.idleCount >= this.maxIdle && this.waitingCount === 0;
      // Reused in an open transaction or with a query running, it would mix the work of two callers.
      const isBusy = client.getTransactionStatus() !== "I" || hasUnfinishedQueries(client);
      release(error instanceof Error ? error : Boolean(error) || isBusy || isSpare);
    };
    return client;
  }

  private async openNew(): Promise<PoolClient> {
    const { credentials } = this;
    Object.assign(
      this.options,
      typeof credentials === "function" ? await credentials() : credentials,
    );
    const [only] = this.hosts;
    if (this.hosts.length === 1 && only !== undefined) return this.connectTo(only);
    const errors = new Map<string, Error>();
    for (const host of [...this.hosts]) {
      try {
        const client = await this.connectTo(host);
        this.prefer(host);
        return client;
      } catch (error) {
        if (!(error instanceof Error) || isRefusal(error)) throw error;
        errors.set(host, error);
      }
    }
    throw new NoWritableHost(errors);
  }

  private connectTo(host: string): Promise<PoolClient> {
    Object.assign(this.options, { host });
    return this.take();
  }

  private async take(): Promise<PoolClient> {
    const client = await super.connect();
    if (this.hosts.length === 1 || this.writable.has(client)) return client;
    try {
      await refuseStandby(client);
      this.writable.add(client);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Makes the next connection try this host first. */
  private prefer(host: string): void {
    const others = this.hosts.filter((other) => other !== host);
    this.hosts.splice(0, Infinity, host, ...others);
  }
}

/** None of several hosts accepted a connection that may write. `errors` holds the error of each host. */
export class NoWritableHost extends Error {
  override readonly name = "NoWritableHost";

  constructor(readonly errors: ReadonlyMap<string, Error>) {
    const details = [...errors].map(([host, { message }]) => `${host}: ${message}`);
    super(`no host accepts writes: ${details.join("; ")}`);
  }
}

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void;

function poolConfig(settings: PoolSettings): PoolConfig {
  const {
    sslmode = "disable",
    maxLifetime = 300_000,
    statementTimeout,
    applicationName,
    authentication,
  } = settings;
  if (authentication === "any" && !sslmode.startsWith("verify-")) {
    throw new Error(
      `authentication: "any" needs sslmode verify-full or verify-ca, not ${sslmode}: without it any program on the server's port ` +
        "would get the password.\nSet sslmode, or leave out authentication.",
    );
  }
  return {
    port: settings.port ?? 5432,
    database: settings.database ?? "hosterizer",
    ssl: tlsOptions(sslmode, settings.sslrootcert),
    max: settings.maxOpenConnections ?? 25,
    ...(authentication === "any" ? {} : { Client: ScramClient }),
    maxLifetimeSeconds: maxLifetime / 1000,
    idleTimeoutMillis: settings.maxIdleTime ?? 600_000,
    connectionTimeoutMillis: settings.connectTimeout ?? 10_000,
    ...(statementTimeout === undefined ? {} : { statement_timeout: statementTimeout }),
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
  };
}

async function refuseStandby(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ readonly: string }>(
    "select pg_catalog.current_setting('transaction_read_only') as readonly",
  );
  if (rows[0]?.readonly === "on") throw new Error("is read-only, as a standby is");
}

/** Whether the server has refused this client for a reason that holds on every host: login, database, privileges. */
function isRefusal(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /^(28|3D|42)/.test(code);
}
