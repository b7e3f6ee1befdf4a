import { escapeIdentifier } from "pg";

import type { Audit } from "./audit";
import type { AuditFinding } from "./auditFinding";
import type { FoundMembership } from "./readMemberships";

/** A finding for each membership, and for each right to pass one on, that is not declared. */
export function planMemberships(
  found: readonly FoundMembership[],
  { owner, roles }: Audit,
): AuditFinding[] {
  return found.flatMap(({ role, member, admin_option: admin, deploys }): AuditFinding[] => {
    // Without it, whoever deploys and is no superuser could change nothing of the owner's.
    if (deploys && role === owner) return [];
    const object = `role ${member}`;
    const declared = roles.find(({ name }) => name === member)?.memberOf?.includes(role) ?? false;
    const names = `${escapeIdentifier(role)} from ${escapeIdentifier(member)}`;
    if (declared && !admin) return [];
    if (declared) {
      return [
        {
          kind: "admin option",
          object,
          expected: `member of ${role}`,
          actual: `member of ${role} WITH ADMIN OPTION`,
          repair: "automatic",
          sql: `revoke admin option for ${names} cascade`,
        },
      ];
    }
    const isOurs = roles.some(({ name }) => name === role);
    return [
      {
        kind: isOurs ? "membership in a role of ours" : "membership of a role of ours",
        object,
        expected: `no member of ${role}`,
        actual: `member of ${role}${admin ? " WITH ADMIN OPTION" : ""}`,
        repair: "automatic",
        sql: `revoke ${names} cascade`,
      },
    ];
  });
}
