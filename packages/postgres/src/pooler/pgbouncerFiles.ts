import type { ConfigurationFile } from "../server/container/containerSettings";
import type { ServerSetting } from "../server/settings/parameters";
import { lookupSchema, type UserLookup } from "./userLookup";

/** What the settings of a stack's pooler depend on. */
interface PgbouncerSettingsArgs {
  /** The role that it looks verifiers up as. */
  role: UserLookup["role"];
  /** Connections to the server for each role and database. */
  poolSize: number;
}

interface PgbouncerFilesArgs extends PgbouncerSettingsArgs {
  /** The only database that clients can reach. */
  database: string;
  /** Where the server is in the network of both containers. Its certificate is for this host. */
  server: { host: string; port: number };
}

const configuration = "/etc/hosterizer";

/** Paths inside the pooler's container; image/pgbouncer.Dockerfile uses the same. */
export const poolerPaths = {
  /** The files that the program writes. Mounted read-only. */
  configuration,
  /** Id of the user and the group that it runs as. */
  user: 6432,
  settings: `${configuration}/pgbouncer.ini`,
  users: `${configuration}/users.txt`,
  /** The certificate that clients see. */
  certificate: `${configuration}/server.crt`,
  key: `${configuration}/server.key`,
  /** The certificate that the server sees. */
  clientCertificate: `${configuration}/client.crt`,
  clientKey: `${configuration}/client.key`,
  authority: `${configuration}/ca.crt`,
} as const;

/** Connections for looking up verifiers: a lookup takes a millisecond. */
const lookups = 4;

const note = "; Written by hosterizer-database; the next update writes it anew.";

/** The files that the pooler is started with, except keys and certificates. They contain no secrets. */
export function pgbouncerFiles(args: PgbouncerFilesArgs): ConfigurationFile[] {
  const { database, role, server } = args;
  const ini = [
    note,
    "[databases]",
    // Not `*`: a login to the console, which has no server to ask, would wait for an answer.
    `${database} = host=${server.host} port=${server.port} auth_user=${role}`,
    "[users]",
    "; logins of many clients at once leave the server's connections to those that are in",
    `${role} = max_user_connections=${lookups}`,
    "[pgbouncer]",
    ...pgbouncerSettings(args).flatMap(line),
    "",
  ];
  const users = `"${role}" "${unmatched}"\n`;
  return [
    { file: "pgbouncer.ini", content: ini.join("\n") },
    { file: "users.txt", content: users },
  ];
}

/**
 * A verifier that no password matches: its stored key is 32 zeros, and no key with that hash is known.
 *
 * PgBouncer always knows its auth_user. Without a verifier, it would accept an empty password for it.
 */
const zeros = Buffer.alloc(32).toString("base64");
const unmatched = `SCRAM-SHA-256$4096:${Buffer.alloc(16).toString("base64")}$${zeros}:${zeros}`;

function line({ name, value, reason }: ServerSetting): string[] {
  // PgBouncer recognizes a comment only at the beginning of a line.
  return [`; ${reason}`, `${name} = ${value}`];
}

/**
 * DISCARD ALL in its parts, https://www.postgresql.org/docs/15/sql-discard.html: the first of them ends a statement_timeout.
 * If one fails, the transaction stays open, and PgBouncer closes the connection.
 */
const sessionReset = [
  "begin isolation level read committed",
  "reset all",
  "set session authorization default",
  "close all",
  "deallocate all",
  "unlisten *",
  "discard plans",
  "discard temp",
  "discard sequences",
  "select pg_catalog.pg_advisory_unlock_all()",
  "commit",
].join("; ");

// Texts of the file: another word would restart the pooler of every stack.
const clients = "clients verify whom they talk to, and nobody talks in plain text";
const server = "the password check of everyone goes this way: nobody may stand in for the server";
const restart = "a server that was started again or replaced is found within seconds";
const gone = "a client that is gone frees its place within two minutes";

/**
 * The settings of PgBouncer 1.24, in the words of pgbouncer.ini.
 *
 * What they cannot do: PgBouncer does not notice that its reset failed as a whole,
 * https://github.com/pgbouncer/pgbouncer/issues/1358. A client can cause that: it leaves a statement_timeout of a millisecond in
 * its session, and an unnamed statement that takes longer to free. The next client then gets its session, with its settings and
 * its prepared statements under any name. This does not affect a transaction that sets the tenant's context first and uses no
 * named prepared statements.
 *
 * https://www.pgbouncer.org/config.html
 */
export function pgbouncerSettings({ role, poolSize }: PgbouncerSettingsArgs): ServerSetting[] {
  return [
    { name: "listen_addr", value: "*", reason: "the container's network is all that reaches it" },
    { name: "listen_port", value: "6432", reason: "hosterizer-database:poolerPort publishes it" },
    {
      name: "listen_backlog",
      value: "1024",
      reason: "an application that starts connects all at once; what the queue cannot hold is lost",
    },
    {
      name: "unix_socket_dir",
      value: "",
      reason: "nobody else runs in the container, and the console is open to its own user there",
    },
    {
      name: "pool_mode",
      value: "transaction",
      reason:
        "a connection of the server is a client's for one transaction, so that few serve many",
    },
    {
      name: "server_reset_query",
      value: sessionReset,
      reason:
        "takes back whatever a session can be made to remember, also where it has left a statement_timeout that would stop DISCARD ALL",
    },
    {
      name: "server_reset_query_always",
      value: "1",
      reason:
        "tenants are told apart by settings of the session: a SET that one client leaves behind must never reach the next one",
    },
    {
      name: "max_prepared_statements",
      value: "0",
      reason:
        "PgBouncer would share statements named PGBOUNCER_1, PGBOUNCER_2 … between clients: where a reset fails, one that a tenant has put in such a place would run in the next tenant's transaction",
    },
    { name: "auth_type", value: "scram-sha-256", reason: "md5 can be replayed" },
    {
      name: "auth_file",
      value: poolerPaths.users,
      reason: `nobody comes in as ${role}, which PgBouncer would let in by an empty password`,
    },
    {
      name: "auth_query",
      value: `select * from ${lookupSchema}.user_lookup($1)`,
      reason: "passwords are kept by the server alone, and a changed one counts at once",
    },
    {
      name: "max_client_conn",
      value: "1000",
      reason: "a waiting client costs a few kilobytes here, and ten megabytes in the server",
    },
    {
      name: "default_pool_size",
      value: String(poolSize),
      reason: "from hosterizer-database:poolSize",
    },
    {
      name: "min_pool_size",
      value: String(Math.min(5, poolSize)),
      reason: "the first clients after a quiet time need not wait for a login",
    },
    {
      name: "max_db_connections",
      value: String(3 * poolSize),
      reason: "each role has a pool; together they leave room for deploys and operators",
    },
    { name: "server_lifetime", value: "300", reason: "what a session gathers is freed in the end" },
    { name: "server_idle_timeout", value: "600", reason: "an idle connection holds memory" },
    {
      name: "idle_transaction_timeout",
      value: "60",
      reason:
        "a client that leaves its transaction open loses it with its locks, even where its session has lifted PostgreSQL's own limit",
    },
    { name: "server_connect_timeout", value: "5", reason: restart },
    { name: "server_login_retry", value: "1", reason: restart },
    { name: "dns_max_ttl", value: "5", reason: restart },
    { name: "dns_nxdomain_ttl", value: "1", reason: restart },
    {
      name: "query_wait_timeout",
      value: "30",
      reason: "a client that no connection gets free for is told, instead of waiting on and on",
    },
    {
      name: "client_login_timeout",
      value: "30",
      reason: "who does not log in does not keep a place",
    },
    {
      name: "ignore_startup_parameters",
      value: "extra_float_digits",
      reason:
        "drivers for Java, Go and Rust send it, and it changes nothing since PostgreSQL 12; others would be promised and not kept",
    },
    { name: "client_tls_sslmode", value: "require", reason: clients },
    { name: "client_tls_cert_file", value: poolerPaths.certificate, reason: clients },
    { name: "client_tls_key_file", value: poolerPaths.key, reason: clients },
    {
      name: "client_tls_ca_file",
      value: poolerPaths.authority,
      reason: "it has to load one, and the image has not the system's; clients need no certificate",
    },
    { name: "client_tls_protocols", value: "tlsv1.2,tlsv1.3", reason: "older ones are broken" },
    { name: "client_tls_ciphers", value: "secure", reason: "for TLS 1.2; 1.3 has no weak ones" },
    { name: "server_tls_sslmode", value: "verify-full", reason: server },
    { name: "server_tls_ca_file", value: poolerPaths.authority, reason: server },
    {
      name: "server_tls_cert_file",
      value: poolerPaths.clientCertificate,
      reason: `the server knows ${role} by it`,
    },
    {
      name: "server_tls_key_file",
      value: poolerPaths.clientKey,
      reason: `the server knows ${role} by it`,
    },
    { name: "server_tls_protocols", value: "tlsv1.2,tlsv1.3", reason: "older ones are broken" },
    { name: "tcp_keepidle", value: "60", reason: gone },
    { name: "tcp_keepintvl", value: "10", reason: gone },
    { name: "tcp_keepcnt", value: "6", reason: gone },
    {
      name: "log_connections",
      value: "1",
      reason: "who came in from where: the server sees the pooler's address alone",
    },
    { name: "log_disconnections", value: "0", reason: "nothing that anybody looks for" },
    { name: "log_pooler_errors", value: "1", reason: "who was refused, and why" },
    { name: "verbose", value: "0", reason: "more of it would show what clients send" },
    { name: "admin_users", value: "", reason: "nobody changes anything over the network" },
  ];
}
