import { type ClientBase, Pool, type PoolClient, type PoolConfig } from "pg";

import { type PoolSettings, readPoolSettings, tlsOptions } from "./poolSettings";
import { hasQueriesUnderWay } from "./nodePostgres";
import type { ContextKey } from "./signContext";

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void;

/**
 * A pool of node-postgres that finds the host that takes writes, asks for credentials anew for each connection, and keeps
 * a limited number of connections that nobody uses.
 *
 * After a failover the next connection goes to the new primary; those to the old one fail once, and are thrown away.
 */
export class DatabasePool extends Pool {
  /** What `withTenantContext` signs contexts with, if it does. */
  readonly contextKey: ContextKey | undefined;
  private readonly hosts: string[];
  private readonly credentials: PoolSettings["credentials"];
  private readonly maxIdle: number;
  /** Connections that were seen to take writes. */
  private readonly writable = new WeakSet<ClientBase>();

  constructor(settings: PoolSettings) {
    const hosts = (settings.host ?? "localhost").split(",").map((host) => host.trim());
    super(poolConfig(settings));
    this.hosts = hosts;
    this.credentials = settings.credentials;
    this.contextKey = settings.contextKey;
    this.maxIdle = settings.maxIdleConnections ?? 5;
    // A connection that dies while nobody uses it is replaced by the next that is asked for.
    this.on("error", () => undefined);
    // One that is cut in the moment of being handed over has nobody else who listens: the next statement on it fails.
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
    // One that is open already, and that nobody before us waits for, needs neither host nor credentials.
    const client = this.idleCount > this.waitingCount ? await this.take() : await this.openNew();
    const release = client.release.bind(client);
    client.release = (error) => {
      const isSpare = this.idleCount >= this.maxIdle && this.waitingCount === 0;
      // In a transaction, or busy, it would do the one's work in the other's transaction.
      const isBusy = client.getTransactionStatus() !== "I" || hasQueriesUnderWay(client);
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

  /** The next connection goes there first. */
  private prefer(host: string): void {
    const others = this.hosts.filter((other) => other !== host);
    this.hosts.splice(0, Infinity, host, ...others);
  }
}

/**
 * Opens a pool; connections are opened as they are needed.
 *
 * @param settings Default: what the `DB_*` variables say.
 */
export function createPool(settings: PoolSettings = readPoolSettings()): DatabasePool {
  return new DatabasePool(settings);
}

function poolConfig(settings: PoolSettings): PoolConfig {
  const {
    sslmode = "disable",
    maxLifetime = 300_000,
    statementTimeout,
    applicationName,
  } = settings;
  return {
    port: settings.port ?? 5432,
    database: settings.database ?? "hosterizer",
    ssl: tlsOptions(sslmode, settings.sslrootcert),
    max: settings.maxOpenConnections ?? 25,
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

/** Whether the server has refused this client, which another host of the same database would do, too. */
function isRefusal(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /^(28|3D|42)/.test(code);
}

/** None of several hosts took a connection that may write; `errors` has what each of them said, by host. */
export class NoWritableHost extends Error {
  override readonly name = "NoWritableHost";

  constructor(readonly errors: ReadonlyMap<string, Error>) {
    const said = [...errors].map(([host, { message }]) => `${host}: ${message}`);
    super(`no host takes writes: ${said.join("; ")}`);
  }
}
