import type { ServerSetting } from "../settings/parameters";

const gone = "a client that is gone frees its connection, and its locks, within two minutes";
const slow = "the log says what the server was busy with";

/** Suit a small server of this platform; the settings that depend on its memory are in `memorySettings`. */
export const defaultSettings: readonly ServerSetting[] = [
  {
    name: "max_connections",
    value: "100",
    reason:
      "the pooler's for each role, the deploy's and the operators'; more want a larger container",
  },
  { name: "random_page_cost", value: "1.1", reason: "solid-state disks do not seek" },
  { name: "effective_io_concurrency", value: "200", reason: "solid-state disks do not seek" },
  {
    name: "checkpoint_timeout",
    value: "15min",
    reason: "fewer whole pages in the log; recovery still takes minutes at most",
  },
  { name: "max_wal_size", value: "2GB", reason: "checkpoints by time, not by writing" },
  { name: "wal_compression", value: "lz4", reason: "less to write for little computing" },
  {
    name: "autovacuum_vacuum_scale_factor",
    value: "0.05",
    reason: "one table holds all customers: a fifth of it would be too much to clean at once",
  },
  {
    name: "autovacuum_analyze_scale_factor",
    value: "0.02",
    reason: "plans follow the data of new customers",
  },
  {
    name: "idle_in_transaction_session_timeout",
    value: "10min",
    reason: "a forgotten transaction holds locks and keeps vacuum from cleaning",
  },
  { name: "tcp_keepalives_idle", value: "60", reason: gone },
  { name: "tcp_keepalives_interval", value: "10", reason: gone },
  { name: "tcp_keepalives_count", value: "6", reason: gone },
  {
    name: "client_connection_check_interval",
    value: "10s",
    reason: "a query whose client is gone ends",
  },
  { name: "deadlock_timeout", value: "1s", reason: "log_lock_waits reports what waits longer" },
  { name: "log_lock_waits", value: "on", reason: slow },
  { name: "log_checkpoints", value: "on", reason: slow },
  { name: "log_autovacuum_min_duration", value: "10s", reason: slow },
  { name: "log_temp_files", value: "10MB", reason: "work_mem was too small for a query" },
  { name: "log_connections", value: "on", reason: "who came in, by which method" },
  { name: "log_disconnections", value: "on", reason: "and for how long" },
  { name: "track_io_timing", value: "on", reason: "slow disks tell themselves from slow plans" },
  {
    name: "auto_explain.log_min_duration",
    value: "-1",
    reason:
      "plans print values of conditions: set it, as to 1s, while you look for slow statements",
  },
];

/** autovacuum_max_workers by default, and one session: each may take maintenance_work_mem. */
const maintainers = 4;

/** The smallest work_mem that PostgreSQL accepts, in kB. */
export const minWorkMem = 64;

/**
 * The settings that depend on the memory of the container.
 *
 * A quarter is the server's cache. At most a quarter is for sorting and hashing in all sessions, and at most a quarter for
 * maintenance. The rest is for the sessions themselves and the operating system's cache.
 *
 * https://www.postgresql.org/docs/15/runtime-config-resource.html
 *
 * @param memory the container's limit, in MiB
 * @param maxConnections sessions that share work_mem
 */
export function memorySettings(memory: number, maxConnections: number): ServerSetting[] {
  const buffers = Math.floor(memory / 4);
  const maintenance = clamp(Math.floor(memory / 4 / maintainers), 1, 2048);
  const work = clamp(workMem(memory, maxConnections), minWorkMem, 65_536);
  const wal = clamp(Math.floor(buffers / 32), 1, 16);
  return [
    {
      name: "shared_buffers",
      value: `${buffers}MB`,
      reason: "a quarter of hosterizer-database:memory; the operating system caches as well",
    },
    {
      name: "effective_cache_size",
      value: `${Math.floor((memory * 3) / 4)}MB`,
      reason: "three quarters of hosterizer-database:memory: what both caches may hold",
    },
    {
      name: "maintenance_work_mem",
      value: `${maintenance}MB`,
      reason: `a quarter of hosterizer-database:memory for ${maintainers} at once, 2 GB at most`,
    },
    {
      name: "work_mem",
      value: `${work}kB`,
      reason: "a quarter of hosterizer-database:memory for max_connections at once, 64 MB at most",
    },
    { name: "wal_buffers", value: `${wal}MB`, reason: "a 32nd of shared_buffers, 16 MB at most" },
  ];
}

/** work_mem of each session, in kB, even if it is less than PostgreSQL accepts. */
export function workMem(memory: number, maxConnections: number): number {
  return Math.floor((memory * 1024) / 4 / maxConnections);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
