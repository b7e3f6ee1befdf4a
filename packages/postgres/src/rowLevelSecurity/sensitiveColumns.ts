import { type Client, escapeLiteral } from "pg";

import { convergeWith } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import type { RowLevelSecurity, Tenancy } from "./tenancy";

export const sensitiveColumnKinds = [
  "column statistics",
  "index statistics",
  "extended statistics",
] as const;

type StatisticsFinding = Finding<(typeof sensitiveColumnKinds)[number]>;

/** Something that ANALYZE collects values of a sensitive column for. */
interface LiveStatistics {
  kind: "column" | "index" | "extended";
  /** Oid of the table, the index or the extended statistics. */
  holder: string;
  /** Number of the column in its table or index; 0 for extended statistics. */
  attribute: number;
  /** How many values ANALYZE collects; -1: as many as default_statistics_target says; 0: none. */
  target: number;
  /** The table, quoted. */
  table: string;
  /** The column, the index or the statistics, quoted. */
  name: string;
  is_ours: boolean;
  owner: string;
  /** Whether the table was analyzed at some time. */
  analyzed: boolean;
  /** Whether ALTER COLUMN … TYPE, which discards what was collected, would be accepted. */
  retypable: boolean;
  /** The column's type; null for others. */
  type: string | null;
  /** Whether values are stored. Only a superuser can see them, and discard them without locking the table. */
  stored?: boolean;
}

const reason = "EXPLAIN shows other tenants' values, by its estimates";

const reasonToLook = `${reason}; a view, trigger or generated column uses it, so only a superuser can discard what was collected`;

/** How a superuser's session sees and discards statistics; other sessions find nothing. */
export async function inspectStoredValues(
  client: Client,
  tenancy: Tenancy,
): Promise<StatisticsFinding[]> {
  const { rows } = await client.query<{ rolsuper: boolean }>(
    "select rolsuper from pg_catalog.pg_roles where rolname operator(pg_catalog.=) current_user",
  );
  if (rows[0]?.rolsuper !== true) return [];
  return planDiscards(await markStored(client, await readStatistics(client, tenancy)));
}

/** What the owner sees: columns, indexes and extended statistics that ANALYZE fills. */
export async function inspectTargets(
  client: Client,
  tenancy: Tenancy,
): Promise<StatisticsFinding[]> {
  return (await readStatistics(client, tenancy)).filter(isFilled).map((live) => {
    if (live.is_ours) {
      const stays = live.kind === "column" && live.analyzed && !live.retypable;
      return { ...describe(live), repair: "automatic", reason: stays ? reasonToLook : reason };
    }
    const remedy = `the table belongs to ${live.owner}: ${setTarget(live)}`;
    return { ...describe(live), repair: "refused", reason: remedy };
  });
}

/** Stops ANALYZE from collecting values of sensitive columns, as the owner, and discards those that it has collected. */
export async function applyTargets(
  client: Client,
  { tenancy, owner }: RowLevelSecurity,
): Promise<void> {
  for (const declared of tenancy.sensitiveColumns ?? []) {
    await convergeWith(client, { owner }, async () => {
      const live = await readStatistics(client, { sensitiveColumns: [declared] });
      return planTargets(live).map((sql) => ({ sql }));
    });
  }
}

/** The declared columns that the database does not have, each as `schema.table.column`. */
export async function readMissingColumns(
  client: Client,
  { sensitiveColumns = [] }: Tenancy,
): Promise<string[]> {
  const names = sensitiveColumns.flatMap(({ schema, table, columns }) =>
    columns.map((column) => ({ schema, table, column, name: `${schema}.${table}.${column}` })),
  );
  if (names.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(
    `select d.name
       from pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb) as d (schema text, "table" text, "column" text, name text)
      where not exists (
              select
                from pg_catalog.pg_namespace as n
                join pg_catalog.pg_class as c on c.relnamespace operator(pg_catalog.=) n.oid
                join pg_catalog.pg_attribute as a on a.attrelid operator(pg_catalog.=) c.oid
               where n.nspname::text operator(pg_catalog.=) d.schema
                 and c.relname::text operator(pg_catalog.=) d."table"
                 and a.attname::text operator(pg_catalog.=) d."column"
            )`,
    [JSON.stringify(names)],
  );
  return rows.map(({ name }) => name);
}

async function readStatistics(
  client: Client,
  { sensitiveColumns = [] }: Pick<Tenancy, "sensitiveColumns">,
): Promise<LiveStatistics[]> {
  if (sensitiveColumns.length === 0) return [];
  const sql = readSql(__dirname, "sensitiveColumns");
  return (await client.query<LiveStatistics>(sql, [JSON.stringify(sensitiveColumns)])).rows;
}

async function markStored(client: Client, live: LiveStatistics[]): Promise<LiveStatistics[]> {
  if (live.length === 0) return [];
  const { rows } = await client.query<{ holder: string; attribute: number }>(
    `select starelid::pg_catalog.text as holder, staattnum as attribute from pg_catalog.pg_statistic
      where starelid operator(pg_catalog.=) any ($1::pg_catalog.oid[])
      union all
     select stxoid::pg_catalog.text, 0 from pg_catalog.pg_statistic_ext_data
      where stxoid operator(pg_catalog.=) any ($1::pg_catalog.oid[])`,
    [live.map(({ holder }) => holder)],
  );
  return live.map((one) => ({
    ...one,
    stored: rows.some((row) => row.holder === one.holder && row.attribute === one.attribute),
  }));
}

/** The findings of a superuser's session: it discards what is stored, and evaluates nothing that the owner has defined. */
function planDiscards(live: readonly LiveStatistics[]): StatisticsFinding[] {
  return live
    .filter((one) => isFilled(one) || one.stored === true)
    .map((one) => {
      const discard =
        one.kind === "extended"
          ? `delete from pg_catalog.pg_statistic_ext_data where stxoid = ${escapeLiteral(one.holder)}`
          : `delete from pg_catalog.pg_statistic where starelid = ${escapeLiteral(one.holder)} and staattnum = ${String(one.attribute)}`;
      const statements = isFilled(one) ? [setTarget(one), discard] : [discard];
      return { ...describe(one), repair: "automatic", reason, sql: statements.join("; ") };
    });
}

/**
 * The owner's statements. A new type, even if it is the present one, discards what was collected, and resets the targets of
 * indexes and extended statistics, which therefore come after it.
 */
function planTargets(live: readonly LiveStatistics[]): string[] {
  const filled = live.filter((one) => one.is_ours && isFilled(one));
  const retyped = filled.filter((one) => one.retypable && one.analyzed);
  const tables = [...new Set(retyped.map(({ table }) => table))];
  const types = tables.map((table) => {
    const columns = retyped.filter((one) => one.table === table);
    const changes = columns.map(({ name, type }) => `alter column ${name} type ${type ?? ""}`);
    return `alter table ${table} ${changes.join(", ")}`;
  });
  return [...types, ...(filled.length > 0 ? live.filter((one) => one.is_ours) : []).map(setTarget)];
}

function isFilled({ target }: LiveStatistics): boolean {
  return target !== 0;
}

function setTarget({ kind, table, name, attribute }: LiveStatistics): string {
  if (kind === "column") return `alter table ${table} alter column ${name} set statistics 0`;
  if (kind === "extended") return `alter statistics ${name} set statistics 0`;
  return `alter index ${name} alter column ${String(attribute)} set statistics 0`;
}

function describe(live: LiveStatistics) {
  const { kind, table, name, attribute, target } = live;
  const object = {
    column: `column ${table}.${name}`,
    index: `index ${name}, column ${String(attribute)}`,
    extended: `statistics ${name}`,
  };
  const sample = target === -1 ? "the default number of values" : `up to ${String(target)} values`;
  return {
    kind: `${kind} statistics` as const,
    object: object[kind],
    expected: "no values in the planner's statistics",
    actual: isFilled(live) ? sample : "values that were collected before",
  };
}
