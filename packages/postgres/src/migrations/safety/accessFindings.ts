import type { Node } from "libpg-query";

import type { StatementFinding } from "./safetyFinding";

const kinds: readonly [key: string, what: string, home: string][] = [
  ["GrantStmt", "grants or revokes a privilege", "database/grants.ts"],
  ["GrantRoleStmt", "grants or revokes a membership", "database/roles.ts"],
  ["AlterDefaultPrivilegesStmt", "changes default privileges", "database/grants.ts"],
  ["CreateRoleStmt", "creates a role", "database/roles.ts"],
  ["AlterRoleStmt", "alters a role", "database/roles.ts"],
  ["AlterRoleSetStmt", "changes a role's settings", "database/settings.ts"],
  ["DropRoleStmt", "drops a role", "database/roles.ts"],
  ["CreatePolicyStmt", "creates a policy", "database/tenancy.ts"],
  ["AlterPolicyStmt", "alters a policy", "database/tenancy.ts"],
  ["AlterOwnerStmt", "gives an object to another owner", "database/roles.ts"],
];

const rowSecurity = new Set([
  "AT_EnableRowSecurity",
  "AT_DisableRowSecurity",
  "AT_ForceRowSecurity",
  "AT_NoForceRowSecurity",
]);

/** What converges from database/, and would be taken back by the same update. */
export function accessFindings(node: Node): StatementFinding[] {
  const found = kinds.find(([key]) => key in node);
  if (found !== undefined) return [finding(found[1], found[2])];
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_POLICY")
    return [finding("drops a policy", "database/tenancy.ts")];
  if (!("AlterTableStmt" in node)) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    const { subtype = "" } = "AlterTableCmd" in command ? command.AlterTableCmd : {};
    if (rowSecurity.has(subtype))
      return [finding("changes row-level security", "database/tenancy.ts")];
    return subtype === "AT_ChangeOwner"
      ? [finding("gives a table to another owner", "database/roles.ts")]
      : [];
  });
}

function finding(what: string, home: string): StatementFinding {
  const remedy = `Take it out, and declare it in ${home}: it converges from there`;
  return { rule: "access-in-migration", fault: `it ${what}`, remedy };
}
