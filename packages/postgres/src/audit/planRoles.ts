import { escapeIdentifier, escapeLiteral } from "pg";

import type { RoleDeclaration } from "../access/declarations";
import type { AuditFinding } from "./auditFinding";
import type { FoundRole } from "./readRoles";
import { repairOf } from "./repairOf";

type Attribute =
  "SUPERUSER" | "BYPASSRLS" | "REPLICATION" | "CREATEROLE" | "CREATEDB" | "LOGIN" | "INHERIT";

/** One finding for each attribute that a role has or lacks against its declaration. */
export function planRoles(
  found: readonly FoundRole[],
  declared: readonly RoleDeclaration[],
): AuditFinding[] {
  return found.flatMap((role) => {
    const its = declared.find(({ name }) => name === role.name);
    if (its === undefined) return [];
    return [...attributes(role, its), ...limits(role)];
  });
}

function attributes(role: FoundRole, its: RoleDeclaration): AuditFinding[] {
  const wanted: readonly (readonly [Attribute, has: boolean, may: boolean, why?: string])[] = [
    ["SUPERUSER", role.superuser, false, "nothing is forbidden to it"],
    ["BYPASSRLS", role.bypasses, false, "it sees every tenant's rows"],
    ["REPLICATION", role.replicates, false, "it can copy the whole server"],
    ["CREATEROLE", role.creates_roles, false, "it can join and change other roles"],
    ["CREATEDB", role.creates_databases, false],
    ["LOGIN", role.login, its.login],
    ["INHERIT", role.inherits, its.inherit ?? true],
  ];
  return wanted
    .filter(([, has, may]) => has !== may)
    .map(([attribute, has, may, reason]) => {
      const expected = may ? attribute : `NO${attribute}`;
      const able = role.by_superuser || !(role.superuser || forSuperusers.has(attribute));
      return {
        kind: `role ${attribute}`,
        object: `role ${role.name}`,
        expected,
        actual: has ? attribute : `NO${attribute}`,
        ...(reason === undefined ? {} : { reason }),
        ...repairOf(able, alter(role, expected.toLowerCase()), "a superuser"),
      };
    });
}

// https://www.postgresql.org/docs/15/sql-alterrole.html
const forSuperusers: ReadonlySet<Attribute> = new Set(["SUPERUSER", "BYPASSRLS", "REPLICATION"]);

function limits(role: FoundRole): AuditFinding[] {
  const object = `role ${role.name}`;
  const able = role.by_superuser || !role.superuser;
  const findings: AuditFinding[] = [];
  if (role.connection_limit !== -1) {
    findings.push({
      kind: "role CONNECTION LIMIT",
      object,
      expected: "CONNECTION LIMIT -1",
      actual: `CONNECTION LIMIT ${String(role.connection_limit)}`,
      ...(role.connection_limit === 0 ? { reason: "it cannot connect" } : {}),
      ...repairOf(able, alter(role, "connection limit -1"), "a superuser"),
    });
  }
  if (role.valid_until !== null) {
    findings.push({
      kind: "role VALID UNTIL",
      object,
      expected: "VALID UNTIL 'infinity'",
      actual: `VALID UNTIL ${escapeLiteral(role.valid_until)}`,
      ...(role.expired ? { reason: "its password is not valid any more" } : {}),
      ...repairOf(able, alter(role, "valid until 'infinity'"), "a superuser"),
    });
  }
  return findings;
}

function alter({ name }: FoundRole, change: string): string {
  return `alter role ${escapeIdentifier(name)} ${change}`;
}
