import type { GrantDeclaration } from "../access/declarations";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import type { Audit } from "./audit";

/**
 * Whether row-level security has to filter what a grant lets its role see.
 *
 * Such a grant comes after the policies, table by table, and never by default privileges: these would open each table that
 * the owner makes at once. Roles that read every row for dumps need no policy, and have to read new tables at once.
 */
export function isBound(
  { role, on }: Pick<GrantDeclaration, "role" | "on">,
  { backupRoles }: Pick<Tenancy, "backupRoles">,
): boolean {
  return on === "tables" && !backupRoles.includes(role);
}

/** Grants as the audit's queries take them, each with whether row-level security binds it. */
export function markBound(
  grants: readonly GrantDeclaration[],
  tenancy: Pick<Tenancy, "backupRoles">,
) {
  return grants.map((grant) => ({ ...grant, bound: isBound(grant, tenancy) }));
}

/** The same audit without the grants that row-level security binds: what of them is missing, TablePrivileges grants. */
export function unboundGrants(audit: Audit): Audit {
  return { ...audit, grants: audit.grants.filter((grant) => !isBound(grant, audit.tenancy)) };
}
