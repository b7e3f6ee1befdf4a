import { escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import type { ProofCommand } from "./isolationProof";
import type { TenantPair } from "./contexts";
import type { Row } from "./solveRow";
import { insertStatement, type ProofTable } from "./tenantRows";

/** Statements to send in one message, and how to interpret the result. */
export interface Probe {
  command: ProofCommand;
  /** More than the command, such as a view's name. */
  object?: string;
  /** Run as another tenant, before the context is set. */
  before?: readonly string[];
  statements: readonly string[];
  /** `rows`: each of the last statement's rows names its tenant. `tags`: the last two count the rows of either tenant. */
  measure: "rows" | "tags";
}

/** A single statement whose rows each name their tenant. */
export function rows(command: ProofCommand, statement: string): Probe {
  return { command, statements: [statement], measure: "rows" };
}

/** The condition that selects a tenant's rows. */
function is(column: string, tenant: string): string {
  return `${escapeIdentifier(column)} = ${escapeLiteral(tenant)}`;
}

/** A column that an UPDATE can set to itself without changing anything, if the role may change one. */
export function touchedColumn({ shape, column }: ProofTable): string {
  const changeable = shape.columns.filter((one) => !one.isGenerated && one.identity !== "a");
  const permitted = changeable.filter(({ may }) => may.UPDATE && may.SELECT);
  const writable = permitted.length > 0 ? permitted : changeable;
  const keys = new Set(shape.keys.flatMap((key) => key.columns));
  const plain = writable.find((one) => one.name !== column && !keys.has(one.name)) ?? writable[0];
  return escapeIdentifier(plain?.name ?? column);
}

/** Reads whether each of the two tenants has a row, and whether any other tenant's row is visible. Reads no other data. */
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
      // Rolling back to the savepoint keeps prepared statements.
      before: ["deallocate all", `prepare ${name} as ${select}`, `execute ${name}`],
      statements: [`execute ${name}`],
      measure: "rows",
    },
    { command: "COPY TO", statements: [copy(pair.own), copy(pair.other)], measure: "tags" },
  ];
}

/** Views that expose the tenant's column. */
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

/** One `another` row stands for all rows of other tenants; their ids are not read. */
function seen(from: string, column: string, { own, other }: TenantPair): string {
  const ids = `${escapeLiteral(own)}, ${escapeLiteral(other)}`;
  const name = escapeIdentifier(column);
  const one = (label: string, where: string) =>
    `select ${escapeLiteral(label)} as tenant where exists (select from ${from} where ${where})`;
  const parts = [own, other].map((id) => one(id, is(column, id)));
  return [...parts, one("another", `${name} not in (${ids})`)].join(" union all ");
}

/** Changes rows of the two synthetic tenants only, so that no real row is locked. */
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

/** Inserts a row for a tenant other than the context's. */
export function insertProbe(table: ProofTable, row: Row): Probe {
  return rows("INSERT", insertStatement(table.shape, row));
}

/**
 * Inserts a row that conflicts with another tenant's, in order to change that one.
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

/** Inserts a row of the context's tenant that references another tenant's, one for each foreign key to a tenant table. */
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

/** Commands that policies do not restrict, so they must not be granted; COPY FROM is refused under row-level security. */
export function refusalProbes(table: ProofTable): Probe[] {
  const name = quotedName(table);
  return [
    rows("COPY FROM", `copy ${name} (${escapeIdentifier(table.column)}) from stdin`),
    rows("TRUNCATE", `truncate only ${name}`),
    rows("ALTER", `alter table only ${name} disable row level security`),
  ];
}

/** Changes for a role that may change nothing. They match no row; PostgreSQL still checks privileges. */
export function idleProbes(table: ProofTable): Probe[] {
  const name = quotedName(table);
  const column = escapeIdentifier(table.column);
  return [
    rows("FOR UPDATE", `select from ${name} where false for update`),
    rows("UPDATE", `update ${name} set ${touchedColumn(table)} = default where false`),
    rows("DELETE", `delete from ${name} where false`),
    rows(
      "MERGE",
      `merge into ${name} as t using (select 1 where false) as s on false when matched then delete`,
    ),
    rows("MOVE", `update ${name} set ${column} = default where false`),
    rows(
      "INSERT",
      `insert into ${name} (${column}) overriding system value select null where false`,
    ),
  ];
}
