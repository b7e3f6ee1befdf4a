import type { Finding } from "../convergence/difference";
import type { UndeclaredTable } from "./readUndeclaredTables";
import { tenancyFile } from "./tenancy";

/** Tells of tenant tables that nobody declared: only a person knows whose rows they hold, so `up` refuses. */
export function planUndeclaredTables(found: readonly UndeclaredTable[]): Finding[] {
  return found.map((table) => ({
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
    `{ schema: ${quote(schema)}, table: ${quote(table)}, reason: "…" } ` +
    `to exemptTables in ${tenancyFile} if it need not be`;
  if (is_foreign) {
    return `PostgreSQL has no row-level security on foreign tables; drop it, or keep every tenant's role away from it and add ${exempt}`;
  }
  if (column === null) {
    return `it has no tenant column; give it one by a migration and declare it, or add ${exempt}`;
  }
  const line = `{ schema: ${quote(schema)}, table: ${quote(table)}, column: ${quote(column)} }`;
  return `its rows are not kept apart; add ${line} to tables in ${tenancyFile}, or ${exempt}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
