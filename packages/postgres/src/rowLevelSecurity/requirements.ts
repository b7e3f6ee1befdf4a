import type { Client } from "pg";

import { queryOwned } from "../connection/sessionSettings";
import type { Finding } from "../convergence/difference";
import { readLedger, tableExists } from "../migrations/ledger";
import { numberOf } from "../migrations/migration";
import { readSql } from "../sql/readSql";
import { readMissingColumns } from "./sensitiveColumns";
import { type Tenancy, tenancyFile, type TenantTable } from "./tenancy";
import { hasTenantColumn, readTenantTables, type TableSecurity } from "./tenantTables";

/**
 * What a person has to decide before tenants are kept apart: undeclared tables that look like tenant tables, and what declared
 * ones lack. Call it in a snapshot, as the owner.
 *
 * @param version Number of the last migration. While some are pending, it is unknown what tables will lack after them, so
 *   that is not judged. Default: none is pending.
 * @param live The declared tables, where they were read already.
 */
export async function readRefusals(
  client: Client,
  tenancy: Tenancy,
  version = 0,
  live?: readonly TableSecurity[],
): Promise<Finding[]> {
  const undeclared = await inspectUndeclaredTables(client, tenancy);
  if (version > 0 && numberOf((await readLedger(client)).at(-1)?.name) < version) return undeclared;
  return [
    ...undeclared,
    ...(await inspectRequirements(client, tenancy, live)),
    ...(await inspectSensitiveColumns(client, tenancy)),
  ];
}

/**
 * Sensitive columns that do not exist. What the recorded schema has was dropped by hand: that is drift of the schema, which
 * restores it.
 */
async function inspectSensitiveColumns(client: Client, tenancy: Tenancy): Promise<Finding[]> {
  const missing = await readMissingColumns(client, tenancy);
  if (missing.length === 0) return [];
  const record = await readRecord(client);
  const isRecorded = (name: string) =>
    record.some(({ kind, identity }) => kind === "column" && identity.replaceAll('"', "") === name);
  return missing
    .filter((name) => !isRecorded(name))
    .map((name) => {
      const reason = `name an existing column in sensitiveColumns of ${tenancyFile}, or add it in a migration`;
      return refuse("sensitive column missing", `column ${name}`, "a column", null, reason);
    });
}

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
async function inspectUndeclaredTables(
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

/** An object of the recorded schema; schema/schemaObject.ts says which facts each kind has. */
export interface RecordedObject {
  kind: string;
  /** As PostgreSQL names it. */
  identity: string;
  facts: Readonly<Record<string, string | null>>;
}

/**
 * What declared tables lack to be fast and safe tenant tables, where a migration has to add it. Changes nothing.
 *
 * @param live The declared tables, where they were read already.
 */
async function inspectRequirements(
  client: Client,
  { tables }: Tenancy,
  live?: readonly TableSecurity[],
): Promise<Finding[]> {
  const found = live ?? (await readTenantTables(client, tables, false));
  // The record is long, and is read only if something is missing.
  if (planRequirements(tables, found, []).length === 0) return [];
  return planRequirements(tables, found, await readRecord(client));
}

/** The recorded schema, as far as requirements need it. The session is the owner. */
async function readRecord(client: Client): Promise<RecordedObject[]> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return [];
  const { rows } = await queryOwned<RecordedObject>(
    client,
    `select kind, identity, facts
       from hosterizer.schema_objects
      where kind in ('table', 'column', 'constraint', 'index')
        and exists (select from hosterizer.schema_records)`,
  );
  return rows;
}

/**
 * What declared tables lack.
 *
 * What the recorded schema has is missing by hand: that is drift of the schema, which restores it. What the record lacks too
 * was removed by a migration or never existed. It takes another migration, so `up` refuses.
 *
 * @param record The recorded schema; empty: nothing is recorded.
 */
export function planRequirements(
  declared: readonly TenantTable[],
  live: readonly TableSecurity[],
  record: readonly RecordedObject[],
): Finding[] {
  const tenants = live.find(({ level, is_key }) => level === 0 && is_key);
  return declared.flatMap((table, index) => {
    const present = live.find(({ level, ordinal }) => level === 0 && ordinal === index + 1);
    return present === undefined
      ? missingTable(table, record)
      : missingParts(present, tenants, recordedColumn(record, present));
  });
}

function missingTable({ schema, table }: TenantTable, record: readonly RecordedObject[]) {
  const name = `${schema}.${table}`;
  const isRecorded = record.some(
    ({ kind, identity }) => kind === "table" && identity.replaceAll('"', "") === name,
  );
  if (isRecorded) return [];
  const reason = `add the migration that creates it, or remove it from ${tenancyFile}`;
  return [refuse("tenant table missing", `table ${name}`, "a tenant table", null, reason)];
}

/** @param tenants The table whose primary key is the tenant's id. */
function missingParts(
  live: TableSecurity,
  tenants: TableSecurity | undefined,
  recorded: RecordedColumn,
): Finding[] {
  const { quoted_table: table, quoted_column: name, column_type: type } = live;
  const column = `column ${table}.${name}`;
  const migration = (sql: string) => `write a migration: ${sql}`;
  if (type === null) {
    if (recorded.exists) return [];
    const reason = `name the column that holds the tenant's id in ${tenancyFile}, or add it in a migration`;
    return [refuse("tenant column missing", column, "the tenant's id", null, reason)];
  }
  if (!hasTenantColumn(live)) {
    if (recorded.type !== null && recorded.type !== type) return [];
    const reason = migration(`alter table ${table} alter column ${name} type bigint`);
    return [refuse("tenant column type", column, "type bigint", `type ${type}`, reason)];
  }
  const key =
    tenants === undefined
      ? "the tenants' table"
      : `${tenants.quoted_table} (${tenants.quoted_column})`;
  const reference =
    live.column === "id"
      ? `alter table ${table} add primary key (${name})`
      : `alter table ${table} add foreign key (${name}) references ${key}`;
  return [
    ...(live.not_null || recorded.notNull
      ? []
      : [
          refuse(
            "tenant column without NOT NULL",
            column,
            "NOT NULL",
            "NULL allowed",
            `a row without a tenant's id belongs to no tenant; ${migration(`alter table ${table} alter column ${name} set not null`)}`,
          ),
        ]),
    ...(live.indexed || recorded.indexed
      ? []
      : [
          refuse(
            "tenant column without index",
            column,
            "first in an index",
            "no index begins with it",
            `every query reads all tenants' rows; ${migration(`create index on ${table} (${name})`)}`,
          ),
        ]),
    ...(live.refers || live.is_key || recorded.refers
      ? []
      : [
          refuse(
            "tenant column without foreign key",
            column,
            "part of a foreign key, or the primary key",
            "neither",
            `a row may belong to a tenant that does not exist; ${migration(reference)}`,
          ),
        ]),
  ];
}

function refuse(
  kind: Finding["kind"],
  object: string,
  expected: string,
  actual: string | null,
  reason: string,
): Finding {
  return { kind, object, expected, actual, repair: "refused", reason };
}

/** A tenant column in the recorded schema. */
interface RecordedColumn {
  exists: boolean;
  type: string | null;
  notNull: boolean;
  /** Whether an index begins with it. */
  indexed: boolean;
  /** Whether it is in a foreign key, or the primary key. */
  refers: boolean;
}

function recordedColumn(
  record: readonly RecordedObject[],
  { quoted_table, quoted_column }: Pick<TableSecurity, "quoted_table" | "quoted_column">,
): RecordedColumn {
  const column = record.find(
    ({ kind, identity }) => kind === "column" && identity === `${quoted_table}.${quoted_column}`,
  );
  const ofTable = record.filter(({ facts }) => facts["table"] === quoted_table);
  const constraints = ofTable
    .filter(({ kind }) => kind === "constraint")
    .map(({ facts }) => ({ type: facts["type"], columns: columnsOf(facts["definition"]) }));
  const isFirst = (columns: readonly string[]) => columns[0] === quoted_column;
  return {
    exists: column !== undefined,
    type: column?.facts["type"] ?? null,
    notNull: column?.facts["not null"] === "NOT NULL",
    indexed:
      constraints.some(
        ({ type, columns }) => (type === "PRIMARY KEY" || type === "UNIQUE") && isFirst(columns),
      ) ||
      ofTable.some(
        ({ kind, facts: { definition } }) =>
          kind === "index" &&
          definition?.includes(" USING btree ") === true &&
          !definition.includes(" WHERE ") &&
          isFirst(columnsOf(definition)),
      ),
    refers: constraints.some(
      ({ type, columns }) =>
        (type === "FOREIGN KEY" && columns.includes(quoted_column)) ||
        (type === "PRIMARY KEY" && columns.length === 1 && isFirst(columns)),
    ),
  };
}

// The first list in parentheses, as PostgreSQL prints it. An expression in an index is not a column's name either way.
function columnsOf(definition: string | null | undefined): string[] {
  const list = /\(([^)]*)\)/.exec(definition ?? "")?.[1] ?? "";
  return list.split(", ").map((part) => part.replace(/ (?:DESC|ASC|NULLS|COLLATE)\b.*/, ""));
}
