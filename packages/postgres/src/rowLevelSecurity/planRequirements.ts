import type { Finding } from "../convergence/difference";
import type { SchemaObject } from "../schema/schemaObject";
import { canBeTenant } from "./canBeTenant";
import type { TableSecurity } from "./readTenantTables";
import { recordedTenantTable } from "./recordedTenantTable";
import { tenancyFile, type TenantTable } from "./tenancy";

/**
 * Tells what declared tables lack to be fast and safe tenant tables.
 *
 * What the recorded schema has is the schema's drift, which restores it. What the record lacks too was taken away by a
 * migration; so it takes another one, and `up` refuses.
 */
export function planRequirements(
  declared: readonly TenantTable[],
  found: readonly TableSecurity[],
  record: readonly SchemaObject[],
): Finding[] {
  const root = found.find(({ level, is_key }) => level === 0 && is_key);
  return declared.flatMap((table, index) => {
    const present = found.find(({ level, ordinal }) => level === 0 && ordinal === index + 1);
    return present === undefined
      ? missingTable(table, record)
      : lacks(present, root, recordedTenantTable(record, present));
  });
}

function missingTable({ schema, table }: TenantTable, record: readonly SchemaObject[]): Finding[] {
  const name = `${schema}.${table}`;
  const isRecorded = record.some(
    ({ kind, identity }) => kind === "table" && identity.replaceAll('"', "") === name,
  );
  if (isRecorded) return [];
  const reason = `add the migration that creates it, or take it out of ${tenancyFile}`;
  return [refuse("tenant table missing", `table ${name}`, "a tenant table", null, reason)];
}

function lacks(
  found: TableSecurity,
  root: TableSecurity | undefined,
  recorded: ReturnType<typeof recordedTenantTable>,
): Finding[] {
  const { quoted_table: table, quoted_column: name, column_type: type } = found;
  const column = `column ${table}.${name}`;
  const migration = (sql: string) => `write a migration: ${sql}`;
  if (type === null) {
    if (recorded.column) return [];
    const reason = `name the column that holds the tenant's id in ${tenancyFile}, or add it by a migration`;
    return [refuse("tenant column missing", column, "the tenant's id", null, reason)];
  }
  if (!canBeTenant(found)) {
    if (recorded.type !== null && recorded.type !== type) return [];
    const reason = migration(`alter table ${table} alter column ${name} type bigint`);
    return [refuse("tenant column type", column, "type bigint", `type ${type}`, reason)];
  }
  const key =
    root === undefined ? "the tenants' table" : `${root.quoted_table} (${root.quoted_column})`;
  const reference =
    found.column === "id"
      ? `alter table ${table} add primary key (${name})`
      : `alter table ${table} add foreign key (${name}) references ${key}`;
  return [
    ...(found.not_null || recorded.notNull
      ? []
      : [
          refuse(
            "tenant column without NOT NULL",
            column,
            "NOT NULL",
            "NULL allowed",
            `a row without a tenant belongs to nobody; ${migration(`alter table ${table} alter column ${name} set not null`)}`,
          ),
        ]),
    ...(found.indexed || recorded.indexed
      ? []
      : [
          refuse(
            "tenant column without index",
            column,
            "first in an index",
            "no index begins with it",
            `each query reads all tenants' rows; ${migration(`create index on ${table} (${name})`)}`,
          ),
        ]),
    ...(found.refers || found.is_key || recorded.refers
      ? []
      : [
          refuse(
            "tenant column without foreign key",
            column,
            "part of a foreign key, or the primary key",
            "neither",
            `a row may belong to a tenant that is not there; ${migration(reference)}`,
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
