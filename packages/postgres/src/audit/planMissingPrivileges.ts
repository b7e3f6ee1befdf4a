import type { AuditFinding } from "./auditFinding";
import type { MissingPrivileges } from "./readMissingPrivileges";
import { repairOf } from "./repairOf";

/** One finding for each object and grantee. */
export function planMissingPrivileges(missing: readonly MissingPrivileges[]): AuditFinding[] {
  return missing.map(({ later, object, command, target, grantee, privileges, grantable }) => {
    const list = privileges.join(", ");
    return {
      kind: later ? "default privilege missing" : "privilege missing",
      object,
      expected: `${list} to ${grantee}`,
      actual: `no ${list} to ${grantee}`,
      ...repairOf(
        grantable,
        `${command} ${list} on ${target} to ${grantee}`,
        "its owner or a superuser",
      ),
    };
  });
}
