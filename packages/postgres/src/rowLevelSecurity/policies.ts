import { escapeIdentifier } from "pg";

import type { Finding } from "../convergence/difference";
import { actsAs, contextSchema } from "./contextFunctions";
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
 * They are TO PUBLIC and ask for the role in their expression: what a policy names in TO, that role may remove from it with
 * DROP OWNED BY CURRENT_USER, before 15.20.
 *
 * Where one policy serves tenants and administrators, it compares with two bounds, which keeps the index on the tenant column
 * in use; an OR would cost a sequential scan. Each call is in a sub-select, so that it runs once per statement.
 *
 * The upper bound is written as an array of one element, so that the planner does not take the two comparisons for a range: it
 * guesses that an unknown range holds a two-hundredth of the rows. Multiplied with an application's own `customer_id = $1` that
 * is less than one row. All indexes that begin with the tenant then look equally good, and looking up one site of a large tenant
 * reads all of its sites.
 *
 * @param column The tenant column, quoted where PostgreSQL would quote it.
 * @param owner Gets policies too: row-level security is forced, and migrations must see every row.
 */
export function wantedPolicies(tenancy: Tenancy, column: string, owner: string): Policy[] {
  const { tenantRoles, administratorRoles, backupRoles } = tenancy;
  const backup: Policy[] = backupRoles.length
    ? [{ ...policyOf("backup_reads_all", backupRoles), command: "SELECT", check: null }]
    : [];

  const isSigned = tenancy.context === "signed";
  // Migrations have no token. The owner's session variable is trusted, because no one can log in as the owner.
  const migrations = isSigned
    ? [
        policyOf(
          "owner_sees_all",
          [owner],
          "( SELECT (current_setting('app.current_user_role'::text, true) = 'administrator'::text))",
        ),
      ]
    : [];
  const unsignedOwner = isSigned ? [] : [owner];

  if (tenancy.administrators === "session") {
    const bounds = [
      `(${column} >= ${call("lowest_customer_id")})`,
      `(${column} <= ANY (ARRAY[${call("highest_customer_id")}]))`,
    ];
    return [
      policyOf("context_sees_own", [...tenantRoles, ...unsignedOwner], ...bounds),
      ...migrations,
      ...backup,
    ];
  }
  return [
    policyOf("tenant_sees_own", tenantRoles, `(${column} = ${call("current_customer_id")})`),
    policyOf(
      "administrator_sees_all",
      [...administratorRoles, ...unsignedOwner],
      `( SELECT ${contextSchema}.is_administrator() AS is_administrator)`,
    ),
    ...migrations,
    ...backup,
  ];
}

// The same expression decides what is visible and what may be written: no row can move to another tenant.
function policyOf(name: string, roles: readonly string[], ...conditions: string[]): Policy {
  const all = [actsAs(roles), ...conditions];
  const expression = all.length > 1 ? `(${all.join(" AND ")})` : all.join("");
  return {
    name,
    command: "ALL",
    permissive: true,
    roles: ["public"],
    using: expression,
    check: expression,
  };
}

function call(name: string): string {
  return `( SELECT ${contextSchema}.${name}() AS ${name})`;
}

/** What can differ about a policy, and how PostgreSQL writes it. */
const aspects: readonly { kind: Finding["kind"]; clause: (policy: Policy) => string }[] = [
  {
    kind: "policy permissive",
    clause: ({ permissive }) => (permissive ? "PERMISSIVE" : "RESTRICTIVE"),
  },
  { kind: "policy command", clause: ({ command }) => `FOR ${command}` },
  { kind: "policy roles", clause: ({ roles }) => `TO ${roles.join(", ")}` },
  { kind: "policy expression", clause: ({ using }) => `USING ${using ?? "nothing"}` },
  { kind: "policy expression", clause: ({ check }) => `WITH CHECK ${check ?? "nothing"}` },
];

/**
 * The steps that leave a table with exactly the wanted policies.
 *
 * An undeclared policy is dropped: permissive policies add up, and one forgotten `using (true)` opens the table. A policy
 * that differs in several ways leads to one finding for each, and the SQL of the first recreates it.
 *
 * @param table With its schema, as PostgreSQL writes it in a statement.
 */
export function planPolicies(
  live: readonly Policy[],
  wanted: readonly Policy[],
  table: string,
): Finding[] {
  const undeclared = live.filter(({ name }) => !wanted.some((policy) => policy.name === name));
  return [
    ...wanted.flatMap((policy) => {
      const present = live.find(({ name }) => name === policy.name);
      return present === undefined ? [missing(policy, table)] : altered(present, policy, table);
    }),
    ...undeclared.map((policy) => added(policy, table)),
  ];
}

function missing(policy: Policy, table: string): Finding {
  return {
    kind: "policy missing",
    object: `policy ${policy.name} on ${table}`,
    expected: describe(policy),
    actual: null,
    repair: "automatic",
    sql: create(policy, table),
  };
}

function altered(live: Policy, wanted: Policy, table: string): Finding[] {
  return aspects
    .map(({ kind, clause }) => ({ kind, expected: clause(wanted), actual: clause(live) }))
    .filter(({ expected, actual }) => expected !== actual)
    .map((difference, index): Finding => ({
      ...difference,
      object: `policy ${wanted.name} on ${table}`,
      repair: "automatic",
      ...(index === 0 ? { sql: `${drop(live, table)};\n${create(wanted, table)}` } : {}),
    }));
}

function added(policy: Policy, table: string): Finding {
  return {
    kind: "policy added",
    object: `policy ${policy.name} on ${table}`,
    expected: null,
    actual: describe(policy),
    repair: "automatic",
    sql: drop(policy, table),
  };
}

function describe(policy: Policy): string {
  return aspects
    .map(({ clause }) => clause(policy))
    .filter((part) => !part.endsWith(" nothing"))
    .join(" ");
}

function drop({ name }: Policy, table: string): string {
  return `drop policy ${escapeIdentifier(name)} on ${table}`;
}

function create(policy: Policy, table: string): string {
  const { name, permissive, command, roles, using, check } = policy;
  return [
    `create policy ${escapeIdentifier(name)} on ${table}`,
    `as ${permissive ? "permissive" : "restrictive"} for ${command}`,
    `to ${roles.map((role) => (role === "public" ? role : escapeIdentifier(role))).join(", ")}`,
    ...(using === null ? [] : [`using (${using})`]),
    ...(check === null ? [] : [`with check (${check})`]),
  ].join(" ");
}
