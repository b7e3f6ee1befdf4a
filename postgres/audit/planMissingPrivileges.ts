import type { AuditFinding } from "./auditFinding";
import type { MissingPrivileges } from "./readMissingPrivileges";
import { repairOf } from "./repairOf";

/** One finding for each object and grantee. */
export function planMissingPrivileges(missing: readonly MissingPrivileges[]): AuditFinding[] {
  return missing.map(({ object, name, grantee, privileges, grantable }) => {
    const list = privileges.join(", ");
    return {
      kind: "privilege missing",
      object,
      expected: `${list} to ${grantee}`,
      actual: `no ${list} to ${grantee}`,
      ...repairOf(
        grantable,
        `grant ${list} on table ${name} to ${grantee}`,
        "its owner or a superuser",
      ),
    };
  });
}
