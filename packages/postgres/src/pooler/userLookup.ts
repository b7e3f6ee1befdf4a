import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import type { Connection } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import {
  functionKinds,
  type LiveFunction,
  type ManagedFunction,
  planFunction,
  readFunctions,
} from "../convergence/managedFunction";
import { readSql } from "../sql/readSql";

/** The roles that the function concerns which PgBouncer calls for the verifier of a client's password. */
export interface UserLookup {
  /** Owns the database. No role that may become it can log in through the pooler. */
  owner: string;
  /** What the pooler logs in as; the only role that may execute the function. */
  role: string;
  /** Owns the function, which runs with its rights: it may read a few columns of pg_authid, and nothing else. */
  authenticator: string;
}

/** Schema of the function, owned by the owner. */
export const lookupSchema = "pooler";

/** The function, as statements name it. */
export const lookupFunction = `${lookupSchema}.user_lookup(name)`;

/** The objects that belong in the schema, as pg_identify_object names them, kind first. */
export const lookupObjects: readonly string[] = [
  `function ${lookupSchema}.user_lookup(pg_catalog.name)`,
];

/** Where the server stores the verifiers. */
export const verifierTable = "pg_catalog.pg_authid";

/** What the function reads of it. */
const verifierColumns: readonly string[] = [
  "oid",
  "rolname",
  "rolsuper",
  "rolcreaterole",
  "rolcanlogin",
  "rolreplication",
  "rolbypassrls",
  "rolpassword",
  "rolvaliduntil",
];

const kindPrefix = "lookup function";
const privilegeKind = "lookup privilege";

/** The kinds of drift of the pooler's access. */
export const poolerKinds = [...functionKinds(kindPrefix), privilegeKind] as const;

/** A finding about the pooler's access. */
interface LookupFinding extends Finding {
  kind: (typeof poolerKinds)[number];
}

/** The pooler's access in the live database. */
export interface LiveLookup {
  /** All functions in the schema. */
  functions: readonly LiveFunction[];
  /** What the authenticator may do with pg_authid: `SELECT (rolname)`. */
  privileges: readonly string[];
  /** Whether the session is a superuser's. */
  is_superuser: boolean;
}

/** How the pooler's access differs from the declaration. Changes nothing. */
export function readLookupDrift(
  connection: Connection,
  lookup: UserLookup,
): Promise<LookupFinding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, undefined, async (client) =>
      planUserLookup(await readUserLookup(client, lookup), lookup),
    ),
  );
}

/**
 * Leaves the pooler's access as declared, in one transaction.
 *
 * @param connection A superuser's. With any other one nothing changes, and the differences remain as drift.
 */
export async function applyUserLookup(connection: Connection, lookup: UserLookup): Promise<void> {
  const options = { purpose: "pooler", owner: connection.user };
  await converge(connection, options, async (client) =>
    planUserLookup(await readUserLookup(client, lookup), lookup),
  );
}

/** Removes the pooler's access, so that its roles can be dropped. Without a superuser's connection nothing changes. */
export async function removeUserLookup(connection: Connection, lookup: UserLookup): Promise<void> {
  const options = { purpose: "pooler", owner: connection.user };
  const role = escapeIdentifier(lookup.authenticator);
  await converge(connection, options, async (client) => {
    const live = await readUserLookup(client, lookup);
    if (!live.is_superuser) return [];
    return [
      { sql: `drop routine if exists ${lookupFunction}` },
      ...(live.privileges.length === 0
        ? []
        : [{ sql: `revoke all on table ${verifierTable} from ${role} cascade` }]),
    ];
  });
}

async function readUserLookup(client: Client, { authenticator }: UserLookup): Promise<LiveLookup> {
  const functions = await readFunctions(client, lookupSchema);
  const sql = readSql(__dirname, "userLookup");
  const { rows } = await client.query<Omit<LiveLookup, "functions">>(sql, [authenticator]);
  return { functions, ...(rows[0] ?? { privileges: [], is_superuser: false }) };
}

/**
 * The steps that leave the pooler's access as declared: what the authenticator may read, the function, and who may execute it.
 *
 * All of them take a superuser. For any other role they are findings without SQL.
 */
export function planUserLookup(live: LiveLookup, lookup: UserLookup): LookupFinding[] {
  const findings = [
    ...planPrivileges(live.privileges, lookup),
    ...planFunction(live.functions, wantedFunction(lookup)),
  ];
  if (live.is_superuser) return findings;
  return findings.map(({ kind, object, expected, actual }) => {
    const left = { repair: "none", reason: "only a superuser can repair it" } as const;
    return { kind, object, expected, actual, ...left };
  });
}

/**
 * The function as declared: it returns one row for a role that may log in through the pooler, and none for any other.
 *
 * It returns no row for a role without a SCRAM verifier, or with an expired password: PgBouncer would ignore the date. A role's
 * rights are those of every role that it may become. pg_has_role fails where a role of that name does not exist, so that a
 * renamed owner closes the pooler instead of opening it.
 *
 * Its search_path begins with pg_catalog and ends with temporary objects, so that no other object can take the place of one that
 * it names. https://www.postgresql.org/docs/15/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
function wantedFunction({
  owner,
  role,
  authenticator,
}: UserLookup): ManagedFunction<typeof kindPrefix> {
  const withheld = [owner, authenticator, role].map(
    (name) => `\n   and not pg_has_role(a.oid, ${escapeLiteral(name)}, 'member')`,
  );
  return {
    kindPrefix,
    schema: lookupSchema,
    name: "user_lookup",
    parameters: [{ name: "requested", type: "name" }],
    returns: "TABLE(username name, verifier text)",
    language: "sql",
    body: `
select a.rolname, a.rolpassword
  from pg_catalog.pg_authid as a
 where a.rolname = requested
   and a.rolcanlogin
   and a.rolpassword like 'SCRAM-SHA-256$%'
   and coalesce(a.rolvaliduntil > now(), true)${withheld.join("")}
   and not exists (
     select
       from pg_catalog.pg_authid as r
      where (r.rolsuper or r.rolreplication or r.rolbypassrls or r.rolcreaterole)
        and pg_has_role(a.oid, r.oid, 'member')
   )
`,
    attributes: {
      nullInput: "STRICT",
      volatility: "STABLE",
      parallel: "PARALLEL SAFE",
      leakproof: "NOT LEAKPROOF",
      security: "SECURITY DEFINER",
    },
    settings: ["search_path=pg_catalog, pg_temp"],
    owner: authenticator,
    executors: [role],
    // Someone else's policies: nothing creates them again.
    policiesAreRecreated: false,
    reasons: {
      missing: "without it no client can log in through the pooler",
      owner: "it reads with its owner's rights",
      body: "it decides whose password the pooler accepts",
      executor: "without it no client can log in through the pooler",
      "undeclared executor": "it returns what passwords are checked against",
    },
  };
}

/**
 * The steps that leave the authenticator with what the function reads of pg_authid, and no more.
 *
 * Revoking a privilege on a table revokes it on its columns too, so any difference leads to granting all of them again.
 *
 * @param held `SELECT (rolname)`, `SELECT`, `UPDATE (oid) WITH GRANT OPTION`
 */
function planPrivileges(held: readonly string[], { authenticator }: UserLookup): LookupFinding[] {
  const object = `privilege of ${authenticator} on table ${verifierTable}`;
  const wanted = verifierColumns.map((column) => `SELECT (${column})`);
  const missing = wanted.filter((privilege) => !held.includes(privilege));
  const undeclared = held.filter((privilege) => !wanted.includes(privilege));
  const common = { kind: privilegeKind, object, repair: "automatic" } as const;
  const findings: LookupFinding[] = [
    ...missing.map((expected) => ({ ...common, expected, actual: null })),
    ...undeclared.map((actual) => ({ ...common, expected: null, actual })),
  ];
  const role = escapeIdentifier(authenticator);
  const sql =
    `revoke all on table ${verifierTable} from ${role} cascade;\n` +
    `grant select (${verifierColumns.join(", ")}) on table ${verifierTable} to ${role}`;
  return findings.map((finding, index) => (index === 0 ? { ...finding, sql } : finding));
}
