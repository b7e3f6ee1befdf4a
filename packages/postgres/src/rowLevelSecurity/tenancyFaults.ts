import type { RoleDeclaration } from "../access/declarations";
import { DeclarationError } from "../userError";
import type { MigratedTable, MigratedTables } from "./migratedTables";
import { type SensitiveColumns, type Tenancy, tenancyFile, type TenantTable } from "./tenancy";

/**
 * Every fault of the declared tenancy that can be found without a server.
 *
 * @param migrated What the migrations create.
 */
export function tenancyFaults(
  tenancy: Tenancy,
  roles: readonly RoleDeclaration[],
  migrated: MigratedTables,
): DeclarationError[] {
  return [
    ...roleFaults(tenancy, roles),
    ...privilegeFaults(tenancy, roles),
    ...duplicateFaults(tenancy),
    ...reasonFaults(tenancy),
    ...tenantColumnFaults(tenancy),
    // SQL that builds SQL cannot be read in advance; then the server decides.
    ...(migrated.complete ? tableFaults(tenancy, migrated) : []),
  ];
}

function roleFaults(tenancy: Tenancy, roles: readonly RoleDeclaration[]): DeclarationError[] {
  const declared = roles.map(({ name }) => name);
  const named = [
    ...tenancy.tenantRoles,
    ...tenancy.backupRoles,
    ...(tenancy.administrators === "role" ? tenancy.administratorRoles : []),
  ];
  return named
    .filter((role) => !declared.includes(role))
    .map((role) => {
      const remedy = `Declare it in database/roles.ts, or remove it from ${tenancyFile}`;
      return new DeclarationError(`role "${role}" in ${tenancyFile}`, "not declared", remedy);
    });
}

/** No policy limits what a predefined role may do, such as read the server's files. */
function privilegeFaults(
  { tenantRoles }: Tenancy,
  roles: readonly RoleDeclaration[],
): DeclarationError[] {
  return roles
    .filter(({ name }) => tenantRoles.includes(name))
    .flatMap(({ name, memberOf = [] }) =>
      memberOf
        .filter((group) => group.startsWith("pg_"))
        .map((group) => {
          const fault = `it is one of tenantRoles in ${tenancyFile}, but has the rights of ${group}, which no policy limits`;
          const remedy = `Remove ${group} from its memberOf, and declare another role for what needs it`;
          return new DeclarationError(`role "${name}" in database/roles.ts`, fault, remedy);
        }),
    );
}

function duplicateFaults(tenancy: Tenancy): DeclarationError[] {
  const { tables, exemptTables = [], sensitiveColumns = [] } = tenancy;
  return [
    ...twice([...tables, ...exemptTables].map(nameOf)),
    ...twice(sensitiveColumns.map(nameOf), "sensitive columns of table"),
  ];
}

function twice(names: readonly string[], what = "table"): DeclarationError[] {
  return names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => {
      const place = `${what} ${name} in ${tenancyFile}`;
      return new DeclarationError(place, "declared twice", "Remove one of the two");
    });
}

function reasonFaults({ exemptTables = [] }: Tenancy): DeclarationError[] {
  return exemptTables
    .filter(({ reason }) => reason.trim() === "")
    .map((table) => {
      const remedy = "Say why its rows need not be kept apart, or what keeps them apart";
      return new DeclarationError(place("exempt", table), "no reason is given", remedy);
    });
}

/** Every policy compares the tenant column: without statistics of it no query is planned well. */
function tenantColumnFaults({ tables, sensitiveColumns = [] }: Tenancy): DeclarationError[] {
  return sensitiveColumns.flatMap((declared) =>
    tables
      .filter((table) => nameOf(table) === nameOf(declared))
      .filter(({ column }) => declared.columns.includes(column))
      .map(({ column }) => {
        const fault = `"${column}" is the tenant column, whose statistics every plan needs`;
        const remedy = `Remove it from sensitiveColumns in ${tenancyFile}`;
        return new DeclarationError(place("sensitive columns of", declared), fault, remedy);
      }),
  );
}

function sensitiveColumnFaults(
  declared: SensitiveColumns,
  migrated: MigratedTables,
): DeclarationError[] {
  const where = place("sensitive columns of", declared);
  const found = migrated.tables.get(nameOf(declared));
  if (found === undefined) {
    const remedy = `Add the migration that creates it, or remove it from sensitiveColumns in ${tenancyFile}`;
    return [new DeclarationError(where, "no migration creates the table", remedy)];
  }
  const remedy = `Name some of its columns: ${[...found.columns].join(", ")}`;
  return declared.columns
    .filter((column) => !found.columns.has(column))
    .map((column) => new DeclarationError(where, `the table has no column "${column}"`, remedy));
}

/** Compares the declared tables with those that the migrations create. */
function tableFaults(tenancy: Tenancy, migrated: MigratedTables): DeclarationError[] {
  const { tables, exemptTables = [], sensitiveColumns = [] } = tenancy;
  const exempt = exemptTables
    .filter((table) => !migrated.tables.has(nameOf(table)))
    .map((table) => {
      const remedy = `Remove it from exemptTables in ${tenancyFile}`;
      return new DeclarationError(place("exempt", table), "no migration creates it", remedy);
    });
  return [
    ...tables.flatMap((table) => tenantTableFaults(table, migrated)),
    ...exempt,
    ...sensitiveColumns.flatMap((declared) => sensitiveColumnFaults(declared, migrated)),
    ...undeclaredFaults(tenancy, migrated),
  ];
}

function tenantTableFaults(table: TenantTable, migrated: MigratedTables): DeclarationError[] {
  const found = migrated.tables.get(nameOf(table));
  if (found === undefined) {
    const remedy = `Add the migration that creates it, or remove it from ${tenancyFile}`;
    return [new DeclarationError(place("tenant", table), "no migration creates it", remedy)];
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
      const fault = `it ${sign.what}, but is not declared as a tenant table`;
      const remedy = `Add ${line} to tables in ${tenancyFile}, or add the table to exemptTables there with the reason why its rows need not be kept apart`;
      return [new DeclarationError(`table ${name} of the migrations`, fault, remedy)];
    });
}

/** Why a table looks like a tenant table. undeclaredTables.sql looks for the same signs in the catalog. */
function signOfTenant(
  name: string,
  { columns, references }: MigratedTable,
  tables: readonly TenantTable[],
): { what: string; column?: string } | undefined {
  const [schema] = splitName(name);
  const named = tables.find(({ column }) => column !== "id" && columns.has(column));
  if (named !== undefined && tables.some((table) => table.schema === schema)) {
    return { what: `has a tenant column ${named.column}`, column: named.column };
  }
  const declared = tables.map(nameOf);
  const reference = [...references.values()].find(({ target }) => declared.includes(target));
  return reference && { what: `refers to the tenant table ${reference.target}` };
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
