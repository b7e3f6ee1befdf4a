import type { Client } from "pg";

import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type Tenancy, tenancyFile } from "./tenancy";

/** A table that looks like a tenant table, and why. */
interface UndeclaredTable {
  schema: string;
  table: string;
  is_foreign: boolean;
  /** Its tenant column, where a name or a foreign key shows it. */
  column: string | null;
  /** The foreign key to a tenant table; null where the name of a column shows a tenant table. */
  constraint: string | null;
  /** The declared table that the foreign key refers to. */
  target: string | null;
}

/**
 * Tables that look like tenant tables and are neither declared nor exempt. Only a person knows whose rows they hold, so `up`
 * refuses. Changes nothing.
 */
export async function inspectUndeclaredTables(
  client: Client,
  { tables, exemptTables = [] }: Tenancy,
): Promise<Finding[]> {
  const values = [JSON.stringify(tables), JSON.stringify(exemptTables)];
  const sql = readSql(__dirname, "undeclaredTables");
  const { rows } = await client.query<UndeclaredTable>(sql, values);
  return rows.map((table) => ({
    kind: "tenant table not declared",
    object: `${table.is_foreign ? "foreign table" : "table"} ${table.schema}.${table.table}`,
    expected: null,
    actual:
      table.constraint === null
        ? `tenant column ${table.column ?? ""}`
        : `foreign key ${table.constraint} to tenant table ${table.target ?? ""}`,
    repair: "refused",
    reason: remedy(table),
  }));
}

function remedy({ schema, table, column, is_foreign }: UndeclaredTable): string {
  const exempt =
    `add { schema: ${quote(schema)}, table: ${quote(table)}, reason: "…" } ` +
    `to exemptTables in ${tenancyFile}`;
  if (is_foreign) {
    return `PostgreSQL has no row-level security on foreign tables; drop it, or revoke every tenant role's access to it and ${exempt}`;
  }
  if (column === null) {
    return `it has no tenant column; add one in a migration and declare the table, or ${exempt} if it needs none`;
  }
  const line = `{ schema: ${quote(schema)}, table: ${quote(table)}, column: ${quote(column)} }`;
  return `its rows are not kept apart; add ${line} to tables in ${tenancyFile}, or ${exempt} if they need not be`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
