import type {
  Columns,
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
  databaseSettings: readonly SettingDeclaration[];
  /** The pooler's user lookup, which its own resource manages. Default: no lookup. */
  lookup?: UserLookup;
}

/** What belongs to this stack, in the form that the audit's queries take. */
export function scopeOf({ roles, schemas, grants, tenancy }: DeclaredAccess) {
  return {
    roles: roles.map(({ name }) => name),
    schemas: ["public", ...schemas.map(({ name }) => name)],
    // As text, because node-postgres turns a JavaScript array into a PostgreSQL array, not into jsonb.
    grants: JSON.stringify(queriedGrants(grants, tenancy)),
    tables: JSON.stringify(tenancy.tables),
    guarded: guardedTables(grants, tenancy.tables),
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
  return (on === "tables" || on === "table") && !backupRoles.includes(role);
}

/** A table whose readers must not get around its policies, or around the grants that name it. */
export interface GuardedTable {
  schema: string;
  table: string;
  /** Whether it has policies. */
  tenant: boolean;
}

/** The tenant tables, and the tables that grants name. */
export function guardedTables(
  grants: readonly GrantDeclaration[],
  tenantTables: readonly Pick<GuardedTable, "schema" | "table">[],
): GuardedTable[] {
  const named = grants.flatMap((grant) => (grant.on === "table" ? [grant] : []));
  return [
    ...tenantTables.map(({ schema, table }) => ({ schema, table, tenant: true })),
    ...named.map(({ schema, table }) => ({ schema, table, tenant: false })),
  ];
}

/** A grant as the audit's queries take it. */
interface QueriedGrant {
  role: string;
  on: string;
  schema?: string;
  /** The one table that it is about. */
  table?: string;
  /** Whether row-level security binds it. */
  bound: boolean;
  /** On whole objects. */
  privileges: readonly string[];
  /** On columns. */
  columns: { privilege: string; column: string }[];
}

/** Grants in the form that the audit's queries take. */
export function queriedGrants(
  grants: readonly GrantDeclaration[],
  tenancy: Pick<Tenancy, "backupRoles">,
): QueriedGrant[] {
  return grants.map((grant) => {
    const bound = isSubjectToRowSecurity(grant, tenancy);
    if (grant.on !== "table") return { ...grant, bound, columns: [] };
    const { role, schema, table } = grant;
    const entries = Object.entries<Columns>({ ...grant.privileges });
    const privileges = entries.flatMap(([name, covers]) => (covers === "all" ? [name] : []));
    const columns = entries.flatMap(([privilege, covers]) =>
      covers === "all" ? [] : covers.map((column) => ({ privilege, column })),
    );
    return { role, on: "tables", schema, table, bound, privileges, columns };
  });
}
