import { contextSchema } from "./contextFunctions";
import type { Tenancy } from "./tenancy";

/** A policy as PostgreSQL would describe it. */
export interface Policy {
  name: string;
  command: "ALL" | "SELECT" | "INSERT" | "UPDATE" | "DELETE";
  permissive: boolean;
  /** Sorted. */
  roles: readonly string[];
  /** As pg_get_expr prints it. */
  using: string | null;
  /** As pg_get_expr prints it. */
  check: string | null;
}

/**
 * The policies of a tenant table.
 *
 * Bounds keep the index on the tenant's column in use where one policy serves tenants and administrators; an OR would
 * cost a sequential scan. Calls stand in a sub-select, so that they run once a statement.
 *
 * The upper bound is written as an array of one, by which the planner does not take the two for a range: it guesses that an
 * unknown range holds a two-hundredth of the rows. Times an application's own `customer_id = $1` that is less than a row, all
 * indexes that begin with the tenant look alike, and one site of a large tenant is looked for among all of its sites.
 *
 * @param column The tenant's column, quoted where PostgreSQL would quote it.
 * @param owner Forced row-level security binds the owner too, and migrations must see every row.
 */
export function wantedPolicies(tenancy: Tenancy, column: string, owner: string): Policy[] {
  const backup: Policy[] = tenancy.backupRoles.length
    ? [
        {
          name: "backup_reads_all",
          command: "SELECT",
          permissive: true,
          roles: sorted(tenancy.backupRoles),
          using: "true",
          check: null,
        },
      ]
    : [];

  const isSigned = tenancy.context === "signed";
  // Migrations have no token: the owner is believed, which nobody logs in as.
  const migrations = isSigned
    ? [
        everyCommand(
          "owner_sees_all",
          [owner],
          "( SELECT (current_setting('app.current_user_role'::text, true) = 'administrator'::text))",
        ),
      ]
    : [];
  const besides = isSigned ? [] : [owner];

  if (tenancy.administrators === "session") {
    const between = `((${column} >= ${call("lowest_customer_id")}) AND (${column} <= ANY (ARRAY[${call("highest_customer_id")}])))`;
    const roles = [...tenancy.tenantRoles, ...besides];
    return [everyCommand("context_sees_own", roles, between), ...migrations, ...backup];
  }
  return [
    everyCommand(
      "tenant_sees_own",
      tenancy.tenantRoles,
      `(${column} = ${call("current_customer_id")})`,
    ),
    everyCommand(
      "administrator_sees_all",
      [...tenancy.administratorRoles, ...besides],
      `( SELECT ${contextSchema}.is_administrator() AS is_administrator)`,
    ),
    ...migrations,
    ...backup,
  ];
}

// One expression for what is seen and what may be written: no row can be moved to another tenant.
function everyCommand(name: string, roles: readonly string[], expression: string): Policy {
  const both = { using: expression, check: expression };
  return { name, command: "ALL", permissive: true, roles: sorted(roles), ...both };
}

function call(name: string): string {
  return `( SELECT ${contextSchema}.${name}() AS ${name})`;
}

function sorted(roles: readonly string[]): string[] {
  return [...new Set(roles)].sort();
}
