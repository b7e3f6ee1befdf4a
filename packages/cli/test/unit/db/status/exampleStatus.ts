import type { StackStatus } from "../../../../src/db/status/stackStatus";

/** A busy server, as it could be in production. */
export const busy: StackStatus = {
  stack: "prod",
  server: {
    host: "db.example.com",
    port: 5432,
    version: "15.20",
    versionNumber: 150020,
    startedAt: new Date("2026-03-01T00:00:00Z"),
    uptimeSeconds: 7_980,
    dataDirectory: "/var/lib/postgresql/15/main",
    isReplica: false,
    replayDelaySeconds: null,
    unarchivedSeconds: null,
    logFile: null,
    docker: null,
  },
  database: {
    name: "hosterizer",
    sizeBytes: 42 * 2 ** 30,
    cacheHitRatio: 0.99987,
    commits: 1_234_567,
    rollbacks: 12,
    deadlocks: 1,
    temporaryBytes: 3 * 2 ** 20,
    countedSince: new Date("2026-02-03T04:05:06Z"),
  },
  backups: null,
  schema: { version: 9, target: null, pending: [], faults: [] },
  drills: [],
  connections: {
    used: 27,
    maximum: 100,
    reservedForSuperusers: 3,
    sessions: [
      session({ state: "active", sessions: 20, oldestTransactionSeconds: 0.4 }),
      session({ state: "idle", sessions: 7 }),
    ],
  },
  tables: [
    {
      schema: "public",
      table: "cost_records",
      estimatedRows: 12_345_678,
      deadRows: 321,
      tableBytes: 20 * 2 ** 30,
      indexBytes: 9 * 2 ** 30,
      totalBytes: 29 * 2 ** 30,
      sequentialScans: 2,
      indexScans: 123_456,
      vacuumedAt: null,
      analyzedAt: null,
    },
  ],
  indexes: [
    index({ index: "sites_pkey", isConstraint: true, scans: 0 }),
    index({ index: "sites_customer_id_idx", scans: 4711 }),
    index({ index: "sites_deleted_at_idx", scans: 0, sizeBytes: 16_384 }),
  ],
  replicas: [
    {
      name: "standby_a",
      address: "10.0.0.2",
      state: "streaming",
      syncState: "async",
      lagBytes: 2 ** 20,
      lagSeconds: 1.25,
    },
  ],
  slowestStatements: [
    {
      meanMs: 812.4,
      calls: 1_200,
      totalMs: 974_880,
      rows: 24_000,
      role: "app_user",
      query:
        "select * -- everything\n  from public.cost_records\n where site_id = $1\n order by cost_date desc limit $2",
    },
  ],
  warnings: [],
};

/** Sessions of the application. */
export function session(
  facts: Partial<StackStatus["connections"]["sessions"][number]>,
): StackStatus["connections"]["sessions"][number] {
  return {
    role: "app_user",
    database: "hosterizer",
    state: "active",
    sessions: 1,
    waitingForLock: 0,
    oldestTransactionSeconds: null,
    ...facts,
  };
}

/** An index of table sites. */
export function index(
  facts: Partial<Extract<StackStatus["indexes"], readonly unknown[]>[number]>,
): Extract<StackStatus["indexes"], readonly unknown[]>[number] {
  return {
    schema: "public",
    table: "sites",
    index: "sites_idx",
    scans: 1,
    entriesRead: 0,
    rowsFetched: 0,
    sizeBytes: 8192,
    isConstraint: false,
    isValid: true,
    ...facts,
  };
}
