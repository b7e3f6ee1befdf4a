/** Where all of this is declared, for messages. */
export const tenancyFile = "database/tenancy.ts";

/** A table whose rows belong to tenants. */
export interface TenantTable {
  schema: string;
  table: string;
  /** A bigint that holds the tenant's id: not null, first column of an index, part of a foreign key. */
  column: string;
}

/** A table that looks like a tenant table and is none. */
export interface ExemptTable {
  schema: string;
  table: string;
  /** Why its rows need not be kept apart, or what keeps them apart. */
  reason: string;
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
  /**
   * What a session's word about itself is worth.
   *
   * - `session`, the guide's contract and the default: it is taken, so injected SQL can name another customer.
   * - `signed`: it counts only with a token that the application's server has signed; see docs/signed-context.md.
   */
  context?: "session" | "signed";
  /** Their partitions and other children are meant too. */
  tables: readonly TenantTable[];
  /**
   * Tables with a column named like a tenant's, or with a foreign key to a tenant table, that stay as they are.
   * Default: none.
   */
  exemptTables?: readonly ExemptTable[];
  /** Roles that see one tenant at a time. None is a member of a predefined role, whose rights no policy bounds. */
  tenantRoles: readonly string[];
  /** Roles that see all tenants where `administrators` is `role`; unused otherwise. */
  administratorRoles: readonly string[];
  /** Roles that read every row without a context, for dumps. */
  backupRoles: readonly string[];
}
