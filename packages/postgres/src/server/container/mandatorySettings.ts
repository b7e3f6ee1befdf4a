import type { ServerSetting } from "../settings/serverSetting";
import { containerPaths } from "./containerPaths";
import { silentSettings } from "./silentSettings";

const { configuration, runtime } = containerPaths;

const tls =
  "nobody talks to the server in plain text, and clients can tell that it is the right one";
const place = "the container is built for this place";
const crash = "what was committed survives a crash of the machine";
const clock = "the same on every machine";

/** What the server's safety and the rest of the program stand on: no stack has them otherwise. */
export const mandatorySettings: readonly ServerSetting[] = [
  {
    name: "listen_addresses",
    value: "*",
    reason: "the container's network is all that reaches it",
  },
  { name: "port", value: "5432", reason: "hosterizer-database:port publishes this one" },
  { name: "unix_socket_directories", value: runtime, reason: place },
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
  ...silentSettings,
];
