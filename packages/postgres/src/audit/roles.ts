import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import type { RoleDeclaration } from "../access/declarations";
import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

/** Attributes that a role has or lacks; the finding's `actual` says which: `LOGIN` or `NOLOGIN`. */
export const roleAttributeKinds = [
  "role SUPERUSER",
  "role BYPASSRLS",
  "role CREATEROLE",
  "role CREATEDB",
  "role REPLICATION",
  "role LOGIN",
  "role INHERIT",
] as const;

/** Attributes that restrict a role's logins. */
export const roleLimitKinds = ["role CONNECTION LIMIT", "role VALID UNTIL"] as const;

type RoleFinding = Finding<(typeof roleAttributeKinds)[number] | (typeof roleLimitKinds)[number]>;

/** A declared role as pg_roles has it. */
interface LiveRole {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  creates_roles: boolean;
  creates_databases: boolean;
  replicates: boolean;
  login: boolean;
  inherits: boolean;
  /** -1: no limit. */
  connection_limit: number;
  valid_until: string | null;
  expired: boolean;
  /** The session that reads is a superuser's. */
  by_superuser: boolean;
}

/** How the declared roles' attributes differ from their declaration. Roles that do not exist are left out. */
export async function inspectRoles(client: Client, access: DeclaredAccess): Promise<RoleFinding[]> {
  const { rows } = await client.query<LiveRole>(readSql(__dirname, "roles"), [
    scopeOf(access).roles,
  ]);
  return planRoles(rows, access.roles);
}

/** One finding for each attribute. Reads and writes nothing. */
export function planRoles(
  live: readonly LiveRole[],
  declared: readonly RoleDeclaration[],
): RoleFinding[] {
  return live.flatMap((role) => {
    const declaration = declared.find(({ name }) => name === role.name);
    if (declaration === undefined) return [];
    return [...planAttributes(role, declaration), ...planLimits(role, declaration)];
  });
}

type Attribute = (typeof roleAttributeKinds)[number] extends `role ${infer Name}` ? Name : never;

function planAttributes(role: LiveRole, { login, inherit = true }: RoleDeclaration) {
  const attributes: readonly (readonly [Attribute, has: boolean, may: boolean, why?: string])[] = [
    ["SUPERUSER", role.superuser, false, "no privilege check applies to it"],
    ["BYPASSRLS", role.bypasses, false, "it sees every tenant's rows"],
    ["REPLICATION", role.replicates, false, "it can copy the whole server"],
    ["CREATEROLE", role.creates_roles, false, "it can join and change other roles"],
    ["CREATEDB", role.creates_databases, false],
    ["LOGIN", role.login, login],
    ["INHERIT", role.inherits, inherit],
  ];
  return attributes
    .filter(([, has, may]) => has !== may)
    .map(([attribute, has, may, reason]): RoleFinding => {
      const expected = may ? attribute : `NO${attribute}`;
      const allowed = role.by_superuser || !(role.superuser || forSuperusers.has(attribute));
      return {
        kind: `role ${attribute}`,
        object: `role ${role.name}`,
        expected,
        actual: has ? attribute : `NO${attribute}`,
        ...(reason === undefined ? {} : { reason }),
        ...repairIf(allowed, alter(role, expected.toLowerCase()), "a superuser"),
      };
    });
}

// https://www.postgresql.org/docs/15/sql-alterrole.html
const forSuperusers: ReadonlySet<Attribute> = new Set(["SUPERUSER", "BYPASSRLS", "REPLICATION"]);

function planLimits(
  role: LiveRole,
  { connectionLimit = -1 }: Pick<RoleDeclaration, "connectionLimit">,
): RoleFinding[] {
  const object = `role ${role.name}`;
  const allowed = role.by_superuser || !role.superuser;
  const findings: RoleFinding[] = [];
  if (role.connection_limit !== connectionLimit) {
    const expected = `CONNECTION LIMIT ${String(connectionLimit)}`;
    findings.push({
      kind: "role CONNECTION LIMIT",
      object,
      expected,
      actual: `CONNECTION LIMIT ${String(role.connection_limit)}`,
      ...(role.connection_limit === 0 ? { reason: "it cannot connect" } : {}),
      ...repairIf(allowed, alter(role, expected.toLowerCase()), "a superuser"),
    });
  }
  if (role.valid_until !== null) {
    findings.push({
      kind: "role VALID UNTIL",
      object,
      expected: "VALID UNTIL 'infinity'",
      actual: `VALID UNTIL ${escapeLiteral(role.valid_until)}`,
      ...(role.expired ? { reason: "its password has expired" } : {}),
      ...repairIf(allowed, alter(role, "valid until 'infinity'"), "a superuser"),
    });
  }
  return findings;
}

function alter({ name }: LiveRole, change: string): string {
  return `alter role ${escapeIdentifier(name)} ${change}`;
}
