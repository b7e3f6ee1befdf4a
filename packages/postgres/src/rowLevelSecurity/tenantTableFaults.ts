import { DeclarationError } from "../declarationError";
import type { MigratedTable, MigratedTables } from "./migratedTables";
import { type Tenancy, tenancyFile, type TenantTable } from "./tenancy";

/**
 * Faults of the declared tables against those that the migrations create, and tables created that look like tenant
 * tables and are not declared.
 */
export function tenantTableFaults(tenancy: Tenancy, migrated: MigratedTables): DeclarationError[] {
  const { tables, exemptTables = [] } = tenancy;
  // SQL that builds SQL cannot be read beforehand; then the server has the last word.
  if (!migrated.complete) return [];
  const declared = tables.flatMap((table) => tableFaults(table, migrated));
  const exempt = exemptTables
    .filter((table) => !migrated.tables.has(nameOf(table)))
    .map((table) => {
      const remedy = `Take it out of exemptTables in ${tenancyFile}`;
      return new DeclarationError(place("exempt", table), "no migration creates it", remedy);
    });
  return [...declared, ...exempt, ...undeclaredFaults(tenancy, migrated)];
}

function tableFaults(table: TenantTable, migrated: MigratedTables): DeclarationError[] {
  const found = migrated.tables.get(nameOf(table));
  if (found === undefined) {
    const remedy = `Add the migration that creates it, or take it out of ${tenancyFile}`;
    return [
      new DeclarationError(place("tenant", table), "no migration creates such a table", remedy),
    ];
  }
  if (found.columns.has(table.column)) return [];
  const remedy = `Name one of its columns: ${[...found.columns].join(", ")}`;
  const fault = `the table has no column "${table.column}"`;
  return [new DeclarationError(place("tenant", table), fault, remedy)];
}

function undeclaredFaults(tenancy: Tenancy, migrated: MigratedTables): DeclarationError[] {
  const { tables, exemptTables = [] } = tenancy;
  const known = [...tables, ...exemptTables].map(nameOf);
  return [...migrated.tables]
    .filter(([name, { isChild }]) => !isChild && !known.includes(name))
    .flatMap(([name, table]) => {
      const sign = signOfTenant(name, table, tables);
      if (sign === undefined) return [];
      const [schema = "", relation = ""] = splitName(name);
      const line = `{ schema: "${schema}", table: "${relation}", column: "${sign.column ?? "…"}" }`;
      const remedy = `Declare it in ${tenancyFile} with a line ${line}, or name it there in exemptTables with the reason why its rows need not be kept apart`;
      const where = `table ${name} of the migrations`;
      return [
        new DeclarationError(where, `${sign.what}, but it is no declared tenant table`, remedy),
      ];
    });
}

/** Why a table looks like a tenant table; the same signs as undeclaredTables.sql looks for. */
function signOfTenant(
  name: string,
  { columns, references }: MigratedTable,
  tables: readonly TenantTable[],
): { what: string; column?: string } | undefined {
  const [schema] = splitName(name);
  const named = tables.find(({ column }) => column !== "id" && columns.has(column));
  if (named !== undefined && tables.some((table) => table.schema === schema)) {
    return { what: `it has a tenant column ${named.column}`, column: named.column };
  }
  const declared = tables.map(nameOf);
  const reference = [...references.values()].find(({ target }) => declared.includes(target));
  return reference && { what: `it refers to the tenant table ${reference.target}` };
}

function nameOf({ schema, table }: { schema: string; table: string }): string {
  return `${schema}.${table}`;
}

function splitName(name: string): string[] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function place(what: string, table: { schema: string; table: string }): string {
  return `${what} table ${nameOf(table)} in ${tenancyFile}`;
}
