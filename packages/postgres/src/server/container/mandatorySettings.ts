import { backupPaths } from "../../backup/pgbackrest/backupDeclaration";
import type { ServerSetting } from "../settings/parameters";

/** Paths and ids inside the server's container. image/run-postgresql has the same. */
export const containerPaths = {
  /** Id of the user and the group that the server runs as. */
  user: 5432,
  /** Settings, access rules and certificates that the program writes. Mounted read-only. */
  configuration: "/etc/hosterizer",
  /** Writable, and removed with the container: the socket, and the key in a form that the server accepts. */
  runtime: "/run/postgresql",
} as const;

const { configuration, runtime } = containerPaths;

// A reason is a comment in postgresql.conf, so a reworded one replaces the container.
const tls =
  "nobody talks to the server in plain text, and clients can tell that it is the right one";
const place = "the container is built for this place";
const crash = "what was committed survives a crash of the machine";
const clock = "the same on every machine";

/**
 * Keep passwords, their verifiers and customers' data out of the log and of statistics.
 *
 * PostgreSQL logs statements as they came, including the passwords in CREATE ROLE and ALTER ROLE, in five cases: every
 * statement, slow ones, sampled ones, failed ones, and while debugging. pgaudit logs them without the password. Slow
 * statements are in pg_stat_statements, without values, and in auto_explain, which never sees CREATE ROLE and ALTER ROLE.
 *
 * https://www.postgresql.org/docs/15/runtime-config-logging.html
 */
const logRedactionSettings: readonly ServerSetting[] = [
  {
    name: "log_statement",
    value: "none",
    reason: "it prints passwords of CREATE ROLE and ALTER ROLE; pgaudit leaves them out",
  },
  {
    name: "log_min_duration_statement",
    value: "-1",
    reason: "it prints an ALTER ROLE that had to wait; auto_explain.log_min_duration does not",
  },
  {
    name: "log_min_duration_sample",
    value: "-1",
    reason: "it prints an ALTER ROLE that had to wait",
  },
  {
    name: "log_transaction_sample_rate",
    value: "0",
    reason: "it prints all statements of some transactions",
  },
  {
    name: "log_min_error_statement",
    value: "panic",
    reason: "it prints a CREATE ROLE that failed, with the password; the error itself is logged",
  },
  {
    name: "log_min_messages",
    value: "warning",
    reason: "from debug2 on it prints every statement",
  },
  {
    name: "log_error_verbosity",
    value: "terse",
    reason:
      "details of an error print rows and inner statements; the client gets them, the log not",
  },
  {
    name: "log_parameter_max_length",
    value: "0",
    reason: "parameters hold customers' data",
  },
  {
    name: "log_parameter_max_length_on_error",
    value: "0",
    reason: "parameters hold customers' data",
  },
  { name: "pgaudit.log_parameter", value: "off", reason: "parameters hold customers' data" },
  {
    name: "pg_stat_statements.track_utility",
    value: "off",
    reason: "it would keep the passwords and verifiers of CREATE ROLE and ALTER ROLE",
  },
];

/** What the server's safety and the rest of the program depend on: no stack may change them. */
export const mandatorySettings: readonly ServerSetting[] = [
  {
    name: "listen_addresses",
    value: "*",
    reason: "the container's network is all that reaches it",
  },
  { name: "port", value: "5432", reason: "hosterizer-database:port publishes this one" },
  {
    name: "unix_socket_directories",
    value: `${runtime},${backupPaths.socket}`,
    reason: "the second is for the container that takes backups",
  },
  { name: "hba_file", value: `${configuration}/pg_hba.conf`, reason: place },
  { name: "ident_file", value: `${configuration}/pg_ident.conf`, reason: place },
  { name: "ssl", value: "on", reason: tls },
  { name: "ssl_cert_file", value: `${configuration}/server.crt`, reason: tls },
  {
    name: "ssl_key_file",
    value: `${runtime}/server.key`,
    reason: "a copy that the server alone can read: it refuses any other",
  },
  {
    name: "ssl_ca_file",
    value: `${configuration}/ca.crt`,
    reason: "the pooler is known by its client certificate",
  },
  { name: "ssl_min_protocol_version", value: "TLSv1.2", reason: "older ones are broken" },
  {
    name: "password_encryption",
    value: "scram-sha-256",
    reason: "md5 can be replayed by whoever reads it",
  },
  {
    name: "row_security",
    value: "on",
    reason: "off turns each query of a tenant's table into an error",
  },
  {
    name: "shared_preload_libraries",
    value: "pg_stat_statements,pgaudit,auto_explain",
    reason: "statistics, the audit and plans of slow statements work only if loaded at start",
  },
  {
    name: "pgaudit.log",
    value: "ddl, role",
    reason: "who changed what there is, and who may what",
  },
  {
    name: "pgaudit.log_statement",
    value: "on",
    reason: "an entry without its statement does not say which role was changed",
  },
  { name: "pgaudit.log_level", value: "log", reason: "lower levels are not written" },
  { name: "pgaudit.log_client", value: "off", reason: "the audit is for the log alone" },
  { name: "fsync", value: "on", reason: crash },
  { name: "full_page_writes", value: "on", reason: crash },
  { name: "synchronous_commit", value: "on", reason: crash },
  { name: "wal_level", value: "replica", reason: "backups and replicas are made from the log" },
  {
    name: "archive_mode",
    value: "on",
    reason: "an archive is then a change of archive_command, which needs no restart",
  },
  { name: "log_destination", value: "stderr", reason: "Docker keeps what the server writes there" },
  { name: "logging_collector", value: "off", reason: "it would take the log away from Docker" },
  {
    name: "log_line_prefix",
    value: "%m [%p] %q%u@%d/%a ",
    reason: "when, and who did it, for the reader of the log",
  },
  { name: "timezone", value: "UTC", reason: clock },
  { name: "log_timezone", value: "UTC", reason: clock },
  ...logRedactionSettings,
];
