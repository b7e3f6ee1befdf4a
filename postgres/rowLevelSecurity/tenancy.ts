/** A table whose rows belong to tenants. */
export interface TenantTable {
  schema: string;
  table: string;
  /** A bigint that holds the tenant's id: not null, first column of an index. */
  column: string;
}

/** Whose rows are whose, for the whole database. */
export interface Tenancy {
  /**
   * Where an administrator's right comes from.
   *
   * - `session`, the guide's contract: the session variable app.current_user_role, on the application's own role.
   * - `role`, hardened: the application's role never sees more than one tenant. Administrators log in as roles of
   *   their own, and need the variable besides.
   */
  administrators: "session" | "role";
  tables: readonly TenantTable[];
  /** Roles that see one tenant at a time. */
  tenantRoles: readonly string[];
  /** Roles that see all tenants where `administrators` is `role`; unused otherwise. */
  administratorRoles: readonly string[];
  /** Roles that read every row without a context, for dumps. */
  backupRoles: readonly string[];
}
