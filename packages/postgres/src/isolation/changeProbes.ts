import { escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import { is, type Probe, rows, touchedColumn } from "./probe";
import type { TenantPair } from "./proofContexts";
import type { Row } from "./solveRow";
import { insertStatement, type ProofTable } from "./tenantRows";

/** What changes rows: of the two synthetic tenants only, so that nobody waits for a lock on a real one. */
export function changeProbes(table: ProofTable, pair: TenantPair): Probe[] {
  const name = quotedName(table);
  const column = escapeIdentifier(table.column);
  const both = `${column} in (${escapeLiteral(pair.own)}, ${escapeLiteral(pair.other)})`;
  const tenant = `t.${column}::pg_catalog.text as tenant`;
  const touched = touchedColumn(table);
  const merge = (
    id: string,
  ) => `merge into ${name} as t using (select 1) as s on t.${is(table.column, id)}
    when matched then update set ${touched} = t.${touched}`;
  const swap = `case when t.${is(table.column, pair.own)} then ${escapeLiteral(pair.other)} else ${escapeLiteral(pair.own)} end::${typeOf(table)}`;
  return [
    rows("FOR UPDATE", `select ${tenant} from ${name} as t where t.${both} for update`),
    rows(
      "UPDATE",
      `update ${name} as t set ${touched} = t.${touched} where t.${both} returning ${tenant}`,
    ),
    rows("DELETE", `delete from ${name} as t where t.${both} returning ${tenant}`),
    { command: "MERGE", statements: [merge(pair.own), merge(pair.other)], measure: "tags" },
    rows("MOVE", `update ${name} as t set ${column} = ${swap} where t.${both} returning ${tenant}`),
  ];
}

/** A row for a tenant that the context isn't. */
export function insertProbe(table: ProofTable, row: Row): Probe {
  return rows("INSERT", insertStatement(table.shape, row));
}

/**
 * A row that collides with another tenant's, to change that one instead.
 *
 * @returns undefined if the table has no key to collide on
 */
export function conflictProbe(table: ProofTable, row: Row, foreign: Row): Probe | undefined {
  const plain = table.shape.keys.filter(
    (key) => key.isPlain && key.columns.every((column) => foreign.has(column)),
  );
  const key = plain.find(({ columns }) => !columns.includes(table.column)) ?? plain[0];
  if (key === undefined) return undefined;
  const clash = new Map(row);
  for (const column of key.columns) clash.set(column, foreign.get(column) ?? null);
  const columns = key.columns.map((column) => escapeIdentifier(column)).join(", ");
  const touched = touchedColumn(table);
  return rows(
    "ON CONFLICT",
    `${insertStatement(table.shape, clash, "t")} on conflict (${columns}) do update set ${touched} = t.${touched}`,
  );
}

/** A row of one's own that points to another tenant's, for each foreign key that could. */
export function foreignKeyProbes(
  table: ProofTable,
  tables: readonly ProofTable[],
  row: Row,
  parentOf: (oid: string) => Row | undefined,
): Probe[] {
  return table.shape.foreignKeys.flatMap(({ name, parent, pairs }) => {
    const foreign = parentOf(parent);
    const isTenants = tables.some(({ shape }) => shape.oid === parent);
    const others = pairs.filter(([child]) => child !== table.column);
    if (!isTenants || others.length === 0 || foreign === undefined) return [];
    const pointing = new Map(row);
    for (const [child, column] of others) pointing.set(child, foreign.get(column) ?? null);
    const statements = [insertStatement(table.shape, pointing), "set constraints all immediate"];
    return [{ command: "FOREIGN KEY", object: name, statements, measure: "rows" } as const];
  });
}

function typeOf({ shape, column }: ProofTable): string {
  return shape.columns.find(({ name }) => name === column)?.type ?? "bigint";
}
