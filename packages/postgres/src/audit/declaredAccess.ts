import type {
  ExtensionDeclaration,
  GrantDeclaration,
  RoleDeclaration,
  SchemaDeclaration,
  SettingDeclaration,
} from "../access/declarations";
import type { UserLookup } from "../pooler/userLookup";
import type { Tenancy } from "../rowLevelSecurity/tenancy";

/** Who may do what, completely: the audit reports and revokes everything that is not declared here. */
export interface DeclaredAccess {
  /** Role that owns the database and everything in it. */
  owner: string;
  roles: readonly RoleDeclaration[];
  /** All grants, including those that revoke from `public`. */
  grants: readonly GrantDeclaration[];
  /** Schemas other than `public`. */
  schemas: readonly SchemaDeclaration[];
  extensions: readonly ExtensionDeclaration[];
  tenancy: Tenancy;
  settings: readonly SettingDeclaration[];
  /** The pooler's user lookup, which its own resource manages. Default: no lookup. */
  lookup?: UserLookup;
}

/** What belongs to this stack, in the form that the audit's queries take. */
export function scopeOf({ roles, schemas, grants, tenancy }: DeclaredAccess) {
  return {
    roles: roles.map(({ name }) => name),
    schemas: ["public", ...schemas.map(({ name }) => name)],
    // As text, because node-postgres turns a JavaScript array into a PostgreSQL array, not into jsonb.
    grants: JSON.stringify(markBound(grants, tenancy)),
    tables: JSON.stringify(tenancy.tables),
  };
}

/**
 * Whether row-level security filters the rows that a grant makes visible.
 *
 * Such a privilege is granted table by table, after the policies exist, and never through default privileges, which would
 * open each new table before it has policies. Backup roles read every row and need new tables at once.
 */
export function isSubjectToRowSecurity(
  { role, on }: Pick<GrantDeclaration, "role" | "on">,
  { backupRoles }: Pick<Tenancy, "backupRoles">,
): boolean {
  return on === "tables" && !backupRoles.includes(role);
}

/** Grants in the form that the audit's queries take: each says whether row-level security binds it. */
export function markBound(
  grants: readonly GrantDeclaration[],
  tenancy: Pick<Tenancy, "backupRoles">,
) {
  return grants.map((grant) => ({ ...grant, bound: isSubjectToRowSecurity(grant, tenancy) }));
}
