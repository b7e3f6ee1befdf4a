import type { AuditFinding } from "./auditFinding";
import type { FoundDefaultPrivilege } from "./readDefaultPrivileges";
import { repairOf } from "./repairOf";

/** One finding a privilege: each has a statement of its own. */
export function planDefaultPrivileges(found: readonly FoundDefaultPrivilege[]): AuditFinding[] {
  return found.map((its) => {
    const { creator, schema, objects, grantee, privilege, allowed } = its;
    const held = `${privilege} to ${grantee}`;
    const within = schema === null ? "" : ` in schema ${schema}`;
    const option = allowed ? "grant option for " : "";
    const sql =
      `alter default privileges for role ${creator}${within} ` +
      `revoke ${option}${privilege} on ${objects} from ${grantee} cascade`;
    return {
      kind: allowed ? "default grant option" : "default privilege",
      object: `default privileges of ${creator} on ${objects}${within}`,
      expected: allowed ? held : `no ${held}`,
      actual: allowed ? `${held} WITH GRANT OPTION` : held,
      ...repairOf(its.revocable && its.ours, sql, `${creator} or a superuser`),
    };
  });
}
