import { type Client, escapeIdentifier } from "pg";

import { convergeWith } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type Policy, planPolicies, wantedPolicies } from "./policies";
import type { RowLevelSecurity, TenantTable } from "./tenancy";

/** Row-level security of one table, and what its tenant column has. */
export interface TableSecurity extends TenantTable {
  /** 0: a declared table; 1, 2 …: a partition or another child of one. */
  level: number;
  /** Position of the declared table that it belongs to, from 1. */
  ordinal: number;
  owner: string;
  /** Whether the session's role may alter it. */
  is_ours: boolean;
  enabled: boolean;
  forced: boolean;
  /** With its schema, as PostgreSQL writes it in a statement. */
  quoted_table: string;
  /** As PostgreSQL writes it in an expression. */
  quoted_column: string;
  /** Null: the column is missing. */
  column_type: string | null;
  not_null: boolean;
  /** Whether a valid B-tree index without a predicate begins with the tenant column. */
  indexed: boolean;
  /** Whether a foreign key includes the tenant column. */
  refers: boolean;
  /** Whether the tenant column is the primary key. */
  is_key: boolean;
  policies: Policy[];
}

/**
 * Reads the declared tables that exist from the catalog, each followed by its partitions and other children.
 *
 * @param descend Whether to include partitions and children.
 */
export async function readTenantTables(
  client: Client,
  tables: readonly TenantTable[],
  descend = true,
): Promise<TableSecurity[]> {
  const sql = readSql(__dirname, "tenantTables");
  return (await client.query<TableSecurity>(sql, [JSON.stringify(tables), descend])).rows;
}

// PostgreSQL compares these with a bigint without a cast, so that the index on them stays in use.
const tenantColumnTypes: readonly (string | null)[] = ["bigint", "integer", "smallint"];

/** Whether a table's tenant column exists and can be compared with a customer's id. */
export function hasTenantColumn({ column_type }: Pick<TableSecurity, "column_type">): boolean {
  return tenantColumnTypes.includes(column_type);
}

/**
 * The steps that leave a table with row-level security enabled, forced, and with exactly the declared policies.
 *
 * A table without a usable tenant column is enabled and forced without policies: then it shows no rows.
 */
export function planTableSecurity(
  live: TableSecurity,
  { tenancy, owner }: RowLevelSecurity,
): Finding[] {
  const { quoted_table: name, quoted_column: column } = live;
  const wanted = hasTenantColumn(live) ? wantedPolicies(tenancy, column, owner) : [];
  const findings = [
    ...(live.enabled ? [] : [disabled(name)]),
    ...(live.forced ? [] : [notForced(name, owner)]),
    ...planPolicies(live.policies, wanted, name),
  ];
  return live.is_ours ? findings : findings.map((finding) => refuse(finding, live, owner));
}

// Only its owner may alter a table.
function refuse(
  { kind, object, expected, actual }: Finding,
  { quoted_table: table, owner: stranger }: TableSecurity,
  owner: string,
): Finding {
  const remedy = `alter table ${table} owner to ${escapeIdentifier(owner)}`;
  const reason = `the table belongs to ${stranger}: ${remedy}`;
  return { kind, object, expected, actual, repair: "refused", reason };
}

function disabled(table: string): Finding {
  return {
    kind: "row-level security disabled",
    object: `table ${table}`,
    expected: "row-level security enabled",
    actual: "row-level security disabled",
    repair: "automatic",
    reason: "every role that may read it sees every tenant's rows",
    sql: `alter table ${table} enable row level security`,
  };
}

function notForced(table: string, owner: string): Finding {
  return {
    kind: "row-level security not forced",
    object: `table ${table}`,
    expected: "row-level security forced",
    actual: "row-level security not forced",
    repair: "automatic",
    reason: `its owner ${owner} sees every row`,
    sql: `alter table ${table} force row level security`,
  };
}

/** Runs the steps that `plan` makes for one table, without its children, in one transaction. Returns them. */
export async function convergeTable(
  client: Client,
  { schema, table, column }: TenantTable,
  wanted: RowLevelSecurity,
  plan: (live: TableSecurity, wanted: RowLevelSecurity) => Finding[] = planTableSecurity,
): Promise<Finding[]> {
  return convergeWith(client, wanted, async () => {
    const live = await readTenantTables(client, [{ schema, table, column }], false);
    return live.flatMap((one) => plan(one, wanted));
  });
}
