import type { ServerSetting } from "../settings/serverSetting";

/**
 * The settings of the embedded server. Everything else stays as initdb made it.
 *
 * https://www.postgresql.org/docs/15/runtime-config.html
 */
export function serverSettings(port: number): ServerSetting[] {
  return [
    { name: "listen_addresses", value: "127.0.0.1", reason: "nobody beyond this machine" },
    { name: "port", value: String(port), reason: "from hosterizer-database:port" },
    {
      name: "unix_socket_directories",
      value: "",
      reason: "a socket's path may have 107 bytes, a clone may lie deeper",
    },
    { name: "password_encryption", value: "scram-sha-256", reason: "md5 can be replayed" },
    {
      name: "shared_preload_libraries",
      value: "pg_stat_statements",
      reason: "the extension counts nothing unless it is loaded at start",
    },
    {
      name: "pg_stat_statements.track_utility",
      value: "off",
      reason: "it would keep the passwords and verifiers of CREATE ROLE and ALTER ROLE",
    },
    { name: "timezone", value: "UTC", reason: "the same on every machine" },
    { name: "log_timezone", value: "UTC", reason: "the same on every machine" },
    {
      name: "log_line_prefix",
      value: "%m [%p] %q%u@%d/%a ",
      reason: "who did it, for the reader of the log",
    },
  ];
}
