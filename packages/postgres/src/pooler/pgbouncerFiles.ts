import type { ConfigurationFile } from "../server/container/configurationFiles";
import type { ServerSetting } from "../server/settings/settingsFile";
import { pgbouncerSettings, type PgbouncerSettingsArgs } from "./pgbouncerSettings";

export interface PgbouncerFilesArgs extends PgbouncerSettingsArgs {
  /** The one database that there is a way to. */
  database: string;
  /** Where the server is, in the network of the two. Its certificate is made out to this host. */
  server: { host: string; port: number };
}

/** Connections that verifiers are looked up over: a lookup takes a millisecond. */
const lookups = 4;

const note = "; Written by hosterizer-database; the next update writes it anew.";

/** What the pooler is started with, keys and certificates aside. None of it is secret. */
export function pgbouncerFiles(args: PgbouncerFilesArgs): ConfigurationFile[] {
  const { database, role, server } = args;
  const ini = [
    note,
    "[databases]",
    // Not for all: a login to the console, which has no server to ask, would wait for an answer.
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
 * A verifier that no password has: its stored key is 32 zeros, and nobody knows a key whose hash that would be.
 *
 * PgBouncer knows its auth_user, and takes one without a verifier to have an empty password.
 */
const zeros = Buffer.alloc(32).toString("base64");
const unmatched = `SCRAM-SHA-256$4096:${Buffer.alloc(16).toString("base64")}$${zeros}:${zeros}`;

function line({ name, value, reason }: ServerSetting): string[] {
  // Only at its beginning a line can be told to be a comment.
  return [`; ${reason}`, `${name} = ${value}`];
}
