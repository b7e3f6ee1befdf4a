import type { ServerSetting } from "../settings/serverSetting";

const gone = "a client that is gone frees its connection, and its locks, within two minutes";
const slow = "the log says what the server was busy with";

/** What suits a small server of this platform, besides what follows from its memory. */
export const defaultSettings: readonly ServerSetting[] = [
  {
    name: "max_connections",
    value: "100",
    reason:
      "the pooler's for each role, the deploy's and the operators'; more want a larger container",
  },
  { name: "archive_command", value: "/bin/true", reason: "there is no archive yet" },
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
