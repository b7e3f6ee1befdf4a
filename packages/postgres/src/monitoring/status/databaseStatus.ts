/** How a database does: what the monitoring role can see of it. Units are in the names; null is "not known". */
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

/** Something that couldn't be read, while all else could. */
export interface Unavailable {
  unavailable: string;
}

export interface ServerFacts {
  /** Such as `15.20`. */
  version: string;
  /** The same to compare by, such as 150020. */
  versionNumber: number;
  startedAt: Date;
  uptimeSeconds: number;
  dataDirectory: string | null;
  /** Whether this server copies another one and takes no writes. */
  isReplica: boolean;
  replayDelaySeconds: number | null;
}

/** The counts are those since `countedSince`. */
export interface DatabaseFacts {
  name: string;
  sizeBytes: number;
  /** 0 to 1: how many of the blocks asked for were in the server's memory. */
  cacheHitRatio: number | null;
  commits: number;
  rollbacks: number;
  deadlocks: number;
  /** Written to disk by sorts and hashes that had too little memory. */
  temporaryBytes: number;
  countedSince: Date;
}

/** Sessions of the whole server, which has one limit for all its databases. The one that asks isn't counted. */
export interface ConnectionFacts {
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
  /** It keeps rows apart (primary key, unique, exclusion), whether queries read it or not. */
  isConstraint: boolean;
  /** False: building it failed halfway. It costs writes and helps nobody. */
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
  /** With $1, $2 … for its values. */
  query: string;
}

/** Tells facts from the reason why there are none. */
export function isUnavailable(facts: readonly unknown[] | Unavailable): facts is Unavailable {
  return "unavailable" in facts;
}
