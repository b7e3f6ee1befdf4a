import type { AuditFinding } from "./auditFinding";
import type { AuditKind } from "./kinds";
import type { FoundPrivilege } from "./readPrivileges";
import { repairOf } from "./repairOf";

/** One finding for each object and grantee, and another one for what it may grant on. */
export function planPrivileges(found: readonly FoundPrivilege[]): AuditFinding[] {
  const groups = new Map<string, FoundPrivilege[]>();
  for (const privilege of found) {
    const key = JSON.stringify([privilege.object, privilege.grantee, privilege.allowed]);
    groups.set(key, [...(groups.get(key) ?? []), privilege]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [finding(first, group)];
  });
}

function finding(first: FoundPrivilege, group: readonly FoundPrivilege[]): AuditFinding {
  const { object, grantee, allowed, owner, scope, revocable } = first;
  const names = [...new Set(group.map(({ privilege }) => privilege))];
  const held = `${names.join(", ")} to ${grantee}`;
  const able = revocable && scope !== "foreign";
  const who = scope === "foreign" ? `its owner ${owner}` : `its owner ${owner} or a superuser`;
  const sql = [...new Set(group.map(revoke))].join(";\n");
  return {
    kind: allowed ? "grant option" : kindOf(first),
    object,
    expected: allowed ? held : `no ${held}`,
    actual: allowed ? `${held} WITH GRANT OPTION` : held,
    ...repairOf(able, sql, who),
  };
}

function revoke({ privilege, column, target, grantee, grantor, allowed }: FoundPrivilege): string {
  const what = `${privilege}${column === null ? "" : ` (${column})`} on ${target}`;
  // The owner can't revoke what somebody else has granted, but that goes with the right to grant it.
  if (grantor !== null) return `revoke grant option for ${what} from ${grantor} cascade`;
  return `revoke ${allowed ? "grant option for " : ""}${what} from ${grantee} cascade`;
}

function kindOf({ kind, scope }: FoundPrivilege): AuditKind {
  if (scope === "foreign") return "privilege on what others own";
  const served = kinds[kind] ?? "table privilege";
  return scope === "system" && !wide.has(kind) ? "system privilege" : served;
}

// Views and foreign tables are tables to GRANT, as procedures are functions and domains types.
const kinds: Readonly<Record<string, AuditKind>> = {
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

// They are in no schema: whoever made them, they serve the whole database.
const wide = new Set([
  "language",
  "foreign data wrapper",
  "foreign server",
  "tablespace",
  "parameter",
]);
