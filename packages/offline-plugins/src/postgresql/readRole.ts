import { createHash } from "node:crypto";

import type { PoolClient } from "pg";

import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import type { Observed, ResourceSchema } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/propertyValue";
import type { ServerSession } from "./serverSession";

export const roleSchema = {
  name: { kind: "string", autonamed: true },
  password: { kind: "string", secret: true },
  roles: { kind: "set" },
  searchPaths: { kind: "list", terraformName: "search_path" },
  validUntil: { kind: "string", default: "infinity" },
  connectionLimit: { kind: "number", default: -1, minimum: -1 },
  encryptedPassword: { kind: "boolean", default: true },
  inherit: { kind: "boolean", default: true },
  login: { kind: "boolean", default: false },
  superuser: { kind: "boolean", default: false },
  createDatabase: { kind: "boolean", default: false },
  createRole: { kind: "boolean", default: false },
  replication: { kind: "boolean", default: false },
  bypassRowLevelSecurity: { kind: "boolean", default: false },
  statementTimeout: { kind: "number", minimum: 0 },
  idleInTransactionSessionTimeout: { kind: "number", minimum: 0 },
  assumeRole: { kind: "string" },
  skipDropRole: { kind: "boolean", default: false },
  skipReassignOwned: { kind: "boolean", default: false },
  encrypted: { kind: "string", unserved: true },
  passwordWo: { kind: "string", secret: true, unserved: true },
  passwordWoVersion: { kind: "string", unserved: true },
} as const satisfies ResourceSchema;

/** Reads a role. Values that the server does not have come from `prior`. */
export async function readRole(
  session: ServerSession,
  name: string,
  prior: Observed<typeof roleSchema>,
): Promise<LiveObject<typeof roleSchema> | undefined> {
  return session.read(async (client) => {
    const { rows } = await client.query<RoleRow>(query, [name]);
    const [row] = rows;
    if (row === undefined) return undefined;
    return {
      id: name,
      state: {
        name,
        superuser: row.superuser,
        inherit: row.inherit,
        createRole: row.create_role,
        createDatabase: row.create_database,
        login: row.login,
        replication: row.replication,
        bypassRowLevelSecurity: row.bypass_row_level_security,
        connectionLimit: row.connection_limit,
        validUntil: row.valid_until,
        roles: sortedStrings(row.roles),
        ...readSettings(row.settings ?? []),
        password: await readPassword(session, client, name, row.login, prior.password),
        encryptedPassword: true,
        skipDropRole: prior.skipDropRole ?? false,
        skipReassignOwned: prior.skipReassignOwned ?? false,
        encrypted: prior.encrypted,
        passwordWo: null,
        passwordWoVersion: prior.passwordWoVersion,
      },
    };
  });
}

interface RoleRow {
  superuser: boolean;
  inherit: boolean;
  create_role: boolean;
  create_database: boolean;
  login: boolean;
  replication: boolean;
  bypass_row_level_security: boolean;
  connection_limit: number;
  valid_until: string;
  settings: string[] | null;
  roles: string[];
}

const query = `
  select r.rolsuper as superuser,
         r.rolinherit as inherit,
         r.rolcreaterole as create_role,
         r.rolcreatedb as create_database,
         r.rolcanlogin as login,
         r.rolreplication as replication,
         r.rolbypassrls as bypass_row_level_security,
         r.rolconnlimit as connection_limit,
         coalesce(r.rolvaliduntil::text, 'infinity') as valid_until,
         r.rolconfig as settings,
         array(select pg_catalog.pg_get_userbyid(m.roleid)::text
                 from pg_catalog.pg_auth_members m
                where m.member = r.oid) as roles
    from pg_catalog.pg_roles r
   where r.rolname = $1`;

/**
 * A role's password for the state, by the rules of the official plugin.
 *
 * Only superusers can read stored passwords, and pg_shadow lists only roles with LOGIN. In other cases the state keeps its
 * password. A clear-text password in the state cannot be compared with a SCRAM verifier, and stays too. A verifier in the state
 * is replaced by the server's, so that a password changed by hand shows as a difference.
 */
async function readPassword(
  session: ServerSession,
  client: PoolClient,
  role: string,
  login: boolean,
  known: string | null,
): Promise<string | null> {
  if (!login || !session.configuration.superuser) return known;
  await requireSuperuser(session, client);
  const { rows } = await client.query<{ password: string | null }>(
    "select passwd as password from pg_catalog.pg_shadow where usename = $1",
    [role],
  );
  const stored = rows[0]?.password ?? "";
  if (known !== null && known !== "" && !isStoredForm(known) && matchesStored(known, stored, role))
    return known;
  return stored;
}

function matchesStored(clear: string, stored: string, role: string): boolean {
  if (stored.startsWith("SCRAM-SHA-256")) return true;
  return stored === `md5${createHash("md5").update(`${clear}${role}`).digest("hex")}`;
}

/** Fails with a clearer message than the server's if the configuration wrongly calls the provider's user a superuser. */
export async function requireSuperuser(session: ServerSession, client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ superuser: boolean }>(
    "select rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user",
  );
  if (rows[0]?.superuser === true) return;
  const { username } = session.configuration;
  throw new Error(
    `"${username}" is not a superuser, so passwords cannot be read back; set the provider's "superuser" to false`,
  );
}

/** Whether a password has the form that the server stores: a SCRAM verifier or an MD5 hash. */
export function isStoredForm(password: string): boolean {
  return password.startsWith("SCRAM-SHA-256$") || /^md5[0-9a-f]{32}$/.test(password);
}

/**
 * Converts a password to the form that the server stores, so that the clear text reaches neither the server's log nor
 * pg_stat_statements. Null removes the password.
 */
export function storedPassword(password: string | null): string | null {
  if (password === null || password === "" || password.toUpperCase() === "NULL") return null;
  return isStoredForm(password) ? password : scramVerifier(password);
}

/** @param entries the `name=value` entries of pg_roles.rolconfig */
export function readSettings(entries: readonly string[]): RoleSettings {
  const value = (name: string) =>
    entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    searchPaths: splitIdentifiers(value("search_path") ?? ""),
    statementTimeout: milliseconds(value("statement_timeout") ?? "0"),
    idleInTransactionSessionTimeout: milliseconds(
      value("idle_in_transaction_session_timeout") ?? "0",
    ),
    assumeRole: value("role") ?? "",
  };
}

/** A role's settings as properties of `postgresql.Role`. Zero and "" mean that the role lacks the setting. */
interface RoleSettings {
  searchPaths: string[];
  statementTimeout: number;
  idleInTransactionSessionTimeout: number;
  assumeRole: string;
}

/** `app, "My ""odd"" schema"` → the two names. */
function splitIdentifiers(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(([bare, quoted]) =>
    quoted === undefined ? bare : quoted.replaceAll('""', '"'),
  );
}

/** PostgreSQL stores a timeout as it was written: `30000`, `30s`, `0.5 min`. */
function milliseconds(text: string): number {
  const [, amount = "0", unit = "ms"] = /^\s*([0-9.]+)\s*([a-z]*)\s*$/.exec(text) ?? [];
  return Math.round(Number(amount) * (units[unit === "" ? "ms" : unit] ?? 1));
}

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1e3, min: 6e4, h: 3.6e6, d: 8.64e7 };
