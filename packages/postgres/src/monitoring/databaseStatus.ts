import { join } from "node:path";

import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { readSql } from "../sql/readSql";

/** The state of a database, as far as the monitoring role can see it. Units are in the names; null means unknown. */
export interface DatabaseStatus {
  server: ServerFacts;
  database: DatabaseFacts;
  connections: ConnectionFacts;
  /** Largest first. */
  tables: readonly TableFacts[] | Unavailable;
  /** Most used first. */
  indexes: readonly IndexFacts[] | Unavailable;
  replicas: readonly ReplicaFacts[];
  /** By mean time. */
  slowestStatements: readonly StatementFacts[] | Unavailable;
}

/** Why one part could not be read, while the rest could. */
export interface Unavailable {
  unavailable: string;
}

export interface ServerFacts {
  /** Such as `15.20`. */
  version: string;
  /** The version as a number to compare, such as 150020. */
  versionNumber: number;
  startedAt: Date;
  uptimeSeconds: number;
  dataDirectory: string | null;
  /** Whether this server replicates another one and accepts no writes. */
  isReplica: boolean;
  replayDelaySeconds: number | null;
  /** For how long no segment of WAL has been archived, although one should be; null: all is archived, or nothing is. */
  unarchivedSeconds: number | null;
}

/** The counters cover the time since `countedSince`. */
interface DatabaseFacts {
  name: string;
  sizeBytes: number;
  /** 0 to 1: the share of requested blocks that were in shared buffers. */
  cacheHitRatio: number | null;
  commits: number;
  rollbacks: number;
  deadlocks: number;
  /** Written to disk by sorts and hashes that exceeded work_mem. */
  temporaryBytes: number;
  countedSince: Date;
}

/** Sessions of the whole server, whose databases share one limit. Without the session that reads this. */
interface ConnectionFacts {
  used: number;
  maximum: number;
  reservedForSuperusers: number;
  sessions: readonly SessionFacts[];
}

/** The sessions of one role, in one database, in one state. */
export interface SessionFacts {
  role: string | null;
  database: string | null;
  /** As in pg_stat_activity: active, idle, idle in transaction … */
  state: string | null;
  sessions: number;
  waitingForLock: number;
  oldestTransactionSeconds: number | null;
}

export interface TableFacts {
  schema: string;
  table: string;
  estimatedRows: number | null;
  deadRows: number;
  /** With TOAST, without indexes. */
  tableBytes: number;
  indexBytes: number;
  totalBytes: number;
  sequentialScans: number;
  indexScans: number;
  vacuumedAt: Date | null;
  analyzedAt: Date | null;
}

export interface IndexFacts {
  schema: string;
  table: string;
  index: string;
  scans: number;
  entriesRead: number;
  rowsFetched: number;
  sizeBytes: number;
  /** It enforces a constraint (primary key, unique, exclusion), whether queries read it or not. */
  isConstraint: boolean;
  /** False: building it failed halfway. Writes maintain it, but no query uses it. */
  isValid: boolean;
}

export interface ReplicaFacts {
  name: string;
  address: string | null;
  state: string | null;
  syncState: string | null;
  lagBytes: number | null;
  lagSeconds: number | null;
}

export interface StatementFacts {
  meanMs: number;
  calls: number;
  totalMs: number;
  rows: number;
  role: string;
  /** With $1, $2 … in place of its values. */
  query: string;
}

/** Whether a part could not be read. */
export function isUnavailable(facts: readonly unknown[] | Unavailable): facts is Unavailable {
  return "unavailable" in facts;
}

/**
 * Reads the state of a database in one short session. Writes nothing, and takes no lock that others wait for.
 *
 * @param connection A role that is a member of pg_monitor; it needs no privilege on any table.
 * @param statementLimit How many of the slowest statements to read.
 */
export async function readDatabaseStatus(
  connection: Connection,
  statementLimit: number,
): Promise<DatabaseStatus> {
  return withClient(connection, "status", async (client) => {
    // An operator reads the status because sessions wait for a lock, so this session must not wait for the same one.
    await client.query("set lock_timeout = '1s'");
    await client.query("set statement_timeout = '10s'");
    return {
      server: await readOne(client, "server"),
      database: await readOne(client, "database"),
      connections: {
        ...(await readOne<Omit<ConnectionFacts, "sessions">>(client, "connectionLimits")),
        sessions: await readAll(client, "sessions"),
      },
      tables: await unlessRefused(readAll(client, "tables")),
      indexes: await unlessRefused(readAll(client, "indexes")),
      replicas: await readAll(client, "replicas"),
      slowestStatements: await unlessRefused(readStatements(client, statementLimit)),
    };
  });
}

/** Reads the extension's own view: the owner of its schema can create another one, which would run as this role. */
async function readStatements(
  client: Client,
  limit: number,
): Promise<StatementFacts[] | Unavailable> {
  const { view } = await readOne<{ view: string | null }>(client, "statementsView");
  if (view === null) return { unavailable: notInstalled };
  const sql = sqlOf("slowestStatements").replace("monitoring.pg_stat_statements", () => view);
  const found = (await client.query<StatementFacts>(sql, [limit])).rows;
  return found.map((statement) => ({ ...statement, query: withoutSecrets(statement.query) }));
}

async function readAll<T extends object>(client: Client, part: string): Promise<T[]> {
  return (await client.query<T>(sqlOf(part))).rows;
}

async function readOne<T extends object>(client: Client, part: string): Promise<T> {
  const [row] = await readAll<T>(client, part);
  if (row === undefined) throw new Error(`${part}.sql returned no row`);
  return row;
}

function sqlOf(part: string): string {
  return readSql(join(__dirname, "databaseStatus"), part);
}

const notInstalled = "pg_stat_statements is not installed in schema monitoring";

/** What a refusal means, by SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const refusals: Readonly<Record<string, string>> = {
  "55P03": "another session holds a lock on them; see the sessions",
  "57014": "it took longer than 10 s",
  "42501": "the monitoring role may not read them",
  "42P01": notInstalled,
  "55000": "pg_stat_statements is not in shared_preload_libraries",
};

async function unlessRefused<T>(reading: Promise<T>): Promise<T | Unavailable> {
  try {
    return await reading;
  } catch (error) {
    const refusal = error instanceof DatabaseError ? refusals[error.code ?? ""] : undefined;
    if (refusal === undefined) throw error;
    return { unavailable: refusal };
  }
}

/** String constants: E'text' with \' or '', 'text' with '' for a quote, or $tag$text$tag$. */
const literal = /e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(\$(?:[A-Za-z_]\w*)?\$).*?\1/gis;

/**
 * A statement's text without its secrets.
 *
 * pg_stat_statements of PostgreSQL 15 stores utility statements with their values, including passwords. Where a statement
 * may contain one (ALTER ROLE, CREATE USER MAPPING, CREATE SUBSCRIPTION, or a DO block with one of them), all its values are
 * removed.
 */
export function withoutSecrets(query: string): string {
  return /passw(?:or)?d|secret/i.test(query) ? query.replace(literal, "'…'") : query;
}
