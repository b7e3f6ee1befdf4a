import type { MigratedTables } from "./migratedTables";

/** The file that declares the tenancy, for messages. */
export const tenancyFile = "database/tenancy.ts";

/** A table whose rows belong to tenants. */
export interface TenantTable {
  schema: string;
  table: string;
  /** A bigint with the tenant's id: not null, first column of an index, part of a foreign key. */
  column: string;
}

/** A table that looks like a tenant table and is not one. */
export interface ExemptTable {
  schema: string;
  table: string;
  /** Why its rows need not be kept apart, or what keeps them apart. */
  reason: string;
}

/** Columns of a table whose values no tenant may learn of another. */
export interface SensitiveColumns {
  schema: string;
  table: string;
  columns: readonly string[];
}

/** Which rows belong to which tenants, and who may see them, for the whole database. */
export interface Tenancy {
  /**
   * What makes a session an administrator's.
   *
   * - `session`, the guide's contract: the session variable app.current_user_role, on the application's own role.
   * - `role`, hardened: the application's role never sees more than one tenant. Administrators log in as other roles, and
   *   need the variable too.
   */
  administrators: "session" | "role";
  /**
   * What proves who is asking.
   *
   * - `session`, the guide's contract and the default: session variables are trusted, so injected SQL can name another
   *   customer.
   * - `signed`: a token signed by the application's server; see docs/signed-context.md.
   */
  context?: "session" | "signed";
  /** Their partitions and other children are included. */
  tables: readonly TenantTable[];
  /**
   * Tables with a column named like a tenant column, or with a foreign key to a tenant table, that stay as they are.
   * Default: none.
   */
  exemptTables?: readonly ExemptTable[];
  /**
   * Columns that the planner keeps no statistics of, because its estimates, which EXPLAIN prints, reveal their values to every
   * tenant: see docs/tenancy.md. Queries that filter on them without their tenant are planned less well. Default: none.
   */
  sensitiveColumns?: readonly SensitiveColumns[];
  /** Roles that see one tenant at a time. None is a member of a predefined role, whose rights no policy limits. */
  tenantRoles: readonly string[];
  /** Roles that see all tenants where `administrators` is `role`; unused otherwise. */
  administratorRoles: readonly string[];
  /** Roles that read every row without a context, for dumps. */
  backupRoles: readonly string[];
}

/** The declared tenancy of a database. */
export interface RowLevelSecurity {
  tenancy: Tenancy;
  /** Role that owns the database and its tables. */
  owner: string;
}

/**
 * The tenancy that applies while only some of the migrations do: without the tables that later ones create, whether or not
 * they exist.
 *
 * @param before What the migrations up to the target create.
 * @param all What all of them create.
 */
export function tenancyAt(tenancy: Tenancy, before: MigratedTables, all: MigratedTables): Tenancy {
  const { tables, exemptTables = [], sensitiveColumns = [] } = tenancy;
  const isLater = ({ schema, table }: { schema: string; table: string }) => {
    const name = `${schema}.${table}`;
    return all.tables.has(name) && !before.tables.has(name);
  };
  const later = tables.filter(isLater);
  const reason = "a migration after the target creates it";
  const present = sensitiveColumns
    .filter((declared) => !isLater(declared))
    .map(({ schema, table, columns }) => {
      const name = `${schema}.${table}`;
      const [now, then] = [before.tables.get(name)?.columns, all.tables.get(name)?.columns];
      const isPresent = (column: string) => then?.has(column) !== true || now?.has(column) === true;
      return { schema, table, columns: columns.filter(isPresent) };
    });
  return {
    ...tenancy,
    tables: tables.filter((table) => !later.includes(table)),
    ...(sensitiveColumns.length > 0 ? { sensitiveColumns: present } : {}),
    ...(later.length > 0
      ? {
          exemptTables: [
            ...exemptTables,
            ...later.map(({ schema, table }) => ({ schema, table, reason })),
          ],
        }
      : {}),
  };
}
