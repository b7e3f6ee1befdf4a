import { escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import { is, type Probe } from "./probe";
import type { TenantPair } from "./proofContexts";
import type { ProofTable } from "./tenantRows";

/** What is read: that either tenant has a row, and whether anybody else's is seen. Never more of real rows than that. */
export function readProbes(table: ProofTable, pair: TenantPair): Probe[] {
  const name = "isolation_proof";
  const select = seen(quotedName(table), table.column, pair);
  const copy = (tenant: string) =>
    `copy (select 1 from ${quotedName(table)} where ${is(table.column, tenant)} limit 1) to stdout`;
  return [
    { command: "SELECT", statements: [select], measure: "rows" },
    {
      command: "CURSOR",
      statements: [`declare ${name} no scroll cursor for ${select}`, `fetch all from ${name}`],
      measure: "rows",
    },
    {
      command: "PREPARED",
      // A prepared statement outlives the savepoint.
      before: ["deallocate all", `prepare ${name} as ${select}`, `execute ${name}`],
      statements: [`execute ${name}`],
      measure: "rows",
    },
    { command: "COPY TO", statements: [copy(pair.own), copy(pair.other)], measure: "tags" },
  ];
}

/** Views that show the tenant's column. */
export function viewProbes({ shape, column }: ProofTable, pair: TenantPair): Probe[] {
  return shape.views
    .filter((view) => !view.isMaterialized && view.columns.includes(column))
    .map((view) => ({
      command: "VIEW" as const,
      object: view.name,
      statements: [seen(view.name, column, pair)],
      measure: "rows" as const,
    }));
}

/** `another` for anybody else's row: one is enough, and whose it is stays there. */
function seen(from: string, column: string, { own, other }: TenantPair): string {
  const ids = `${escapeLiteral(own)}, ${escapeLiteral(other)}`;
  const name = escapeIdentifier(column);
  const one = (label: string, where: string) =>
    `select ${escapeLiteral(label)} as tenant where exists (select from ${from} where ${where})`;
  const parts = [own, other].map((id) => one(id, is(column, id)));
  return [...parts, one("another", `${name} not in (${ids})`)].join(" union all ");
}
