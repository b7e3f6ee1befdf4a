import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { lookupFunction, verifierTable } from "../pooler/userLookup";
import { contextFunctionSignatures } from "../rowLevelSecurity/contextFunctions";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";
import { readFacilities } from "./facilities";
import { readClosedRelations } from "./views";

export const privilegeKinds = [
  "database privilege",
  "schema privilege",
  "table privilege",
  "column privilege",
  "sequence privilege",
  "function privilege",
  "type privilege",
  "language privilege",
  "foreign data wrapper privilege",
  "foreign server privilege",
  "tablespace privilege",
  "parameter privilege",
  "large object privilege",
  "system privilege",
  "privilege on what others own",
  "grant option",
] as const;

type PrivilegeKind = (typeof privilegeKinds)[number];

/** One privilege that is not declared, or a declared one with a grant option that is not. */
export interface UndeclaredPrivilege {
  /** Kind of object, as people call it: `table`, `column`, `materialized view`. */
  kind: string;
  /** `column public.users.email` */
  object: string;
  /** As GRANT names it: `table public.users`. */
  target: string;
  /** Quoted; null where the privilege is on the whole object. */
  column: string | null;
  /** Quoted, or PUBLIC. */
  grantee: string;
  /** Quoted; null where the owner granted it. */
  grantor: string | null;
  owner: string;
  privilege: string;
  /** The privilege is declared; its grant option is not. */
  allowed: boolean;
  /** Columns of the table, quoted, for which it is declared. Null: none. */
  kept: string[] | null;
  /** Whether the object belongs to this stack, to the system, or to others. */
  scope: "ours" | "system" | "foreign";
  revocable: boolean;
}

/**
 * Privileges that are not declared, on anything in the database. Left out, because their own resources manage them: the
 * functions that policies call, the pooler's lookup function, those of the server's facilities, and what that function's owner may read.
 */
export async function inspectPrivileges(
  client: Client,
  access: DeclaredAccess,
): Promise<Finding<PrivilegeKind>[]> {
  const { roles, schemas, grants, guarded } = scopeOf(access);
  const { lookup } = access;
  const exempt = [...contextFunctionSignatures];
  if (lookup !== undefined) exempt.push(lookupFunction);
  exempt.push(...(await readFacilities(client)).map(({ signature }) => signature));
  const sql = readSql(__dirname, "privileges");
  const { closed, named } = await readClosedRelations(client, guarded);
  const { rows } = await client.query<UndeclaredPrivilege>(sql, [
    roles,
    schemas,
    grants,
    exempt,
    lookup?.authenticator,
    verifierTable,
    closed,
    named,
  ]);
  return planPrivileges(rows);
}

/** One finding for each object and grantee, and another for grant options. Reads and writes nothing. */
export function planPrivileges(
  undeclared: readonly UndeclaredPrivilege[],
): Finding<PrivilegeKind>[] {
  const groups = new Map<string, UndeclaredPrivilege[]>();
  for (const privilege of undeclared) {
    const key = JSON.stringify([privilege.object, privilege.grantee, privilege.allowed]);
    groups.set(key, [...(groups.get(key) ?? []), privilege]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [planGroup(first, group)];
  });
}

function planGroup(
  first: UndeclaredPrivilege,
  group: readonly UndeclaredPrivilege[],
): Finding<PrivilegeKind> {
  const { object, grantee, allowed, owner, scope, revocable } = first;
  const privileges = [...new Set(group.map(({ privilege }) => privilege))];
  const held = `${privileges.join(", ")} to ${grantee}`;
  const isForeign = scope === "foreign";
  const who = isForeign ? `its owner ${owner}` : `its owner ${owner} or a superuser`;
  const kept = allowed ? [] : keptColumns(group);
  const sql = [...new Set(group.map(revoke))];
  // In the transaction of the revocation, so that no session sees the role without what is declared.
  if (kept.length > 0) sql.push(`grant ${kept.join(", ")} on ${first.target} to ${grantee}`);
  const expected = kept.length > 0 ? `only ${kept.join(", ")} to ${grantee}` : `no ${held}`;
  return {
    kind: allowed ? "grant option" : kindOf(first),
    object,
    expected: allowed ? held : expected,
    actual: allowed ? `${held} WITH GRANT OPTION` : held,
    ...repairIf(revocable && !isForeign, sql.join(";\n"), who),
  };
}

/** What remains of privileges on a whole table: `UPDATE (full_name, locked_until)`. */
function keptColumns(group: readonly UndeclaredPrivilege[]): string[] {
  const kept = group.flatMap(({ privilege, kept: columns }) =>
    columns === null ? [] : [`${privilege} (${columns.join(", ")})`],
  );
  return [...new Set(kept)];
}

function revoke(undeclared: UndeclaredPrivilege): string {
  const { privilege, column, target, grantee, grantor, allowed } = undeclared;
  const what = `${privilege}${column === null ? "" : ` (${column})`} on ${target}`;
  // The owner cannot revoke what another role granted, but revoking that role's grant option cascades to it.
  if (grantor !== null) return `revoke grant option for ${what} from ${grantor} cascade`;
  return `revoke ${allowed ? "grant option for " : ""}${what} from ${grantee} cascade`;
}

function kindOf({ kind, scope }: UndeclaredPrivilege): PrivilegeKind {
  if (scope === "foreign") return "privilege on what others own";
  if (scope === "system" && !outsideSchemas.has(kind)) return "system privilege";
  return kinds[kind] ?? "table privilege";
}

// To GRANT, views and foreign tables are tables, procedures are functions, and domains are types.
const kinds: Readonly<Record<string, PrivilegeKind>> = {
  database: "database privilege",
  schema: "schema privilege",
  column: "column privilege",
  sequence: "sequence privilege",
  function: "function privilege",
  procedure: "function privilege",
  aggregate: "function privilege",
  type: "type privilege",
  domain: "type privilege",
  language: "language privilege",
  "foreign data wrapper": "foreign data wrapper privilege",
  "foreign server": "foreign server privilege",
  tablespace: "tablespace privilege",
  parameter: "parameter privilege",
  "large object": "large object privilege",
};

// These are in no schema and serve the whole database, regardless of who created them.
const outsideSchemas = new Set([
  "language",
  "foreign data wrapper",
  "foreign server",
  "tablespace",
  "parameter",
]);
