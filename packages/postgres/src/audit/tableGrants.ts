import type { Client } from "pg";

import { placeOfGrant } from "../access/declarationFaults";
import type {
  ColumnPrivileges,
  Columns,
  GrantDeclaration,
  TableGrant,
} from "../access/declarations";
import type { MigratedTables } from "../rowLevelSecurity/migratedTables";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";
import { DeclarationError, DeclarationErrors } from "../userError";
import type { GuardedTable } from "./declaredAccess";

type NamingGrant = TableGrant & { role: string };

/** A table that a grant names, as the migrations leave it or as it is in the database. */
interface NamedTable {
  columns: Iterable<string>;
  /** Whether it is a partition or another child of a table. */
  isChild: boolean;
}

/**
 * Every fault of the grants that name a table, as far as it can be found without a server.
 *
 * @param migrated What the migrations create.
 */
export function tableGrantFaults(
  grants: readonly GrantDeclaration[],
  { tables, backupRoles }: Pick<Tenancy, "tables" | "backupRoles">,
  migrated: MigratedTables,
): DeclarationError[] {
  return namingGrants(grants).flatMap((grant) => [
    ...roleFaults(grant, backupRoles),
    ...listFaults(grant),
    // Neither SQL that builds SQL nor the columns of a view can be read in advance; then the server decides.
    ...(migrated.complete && !migrated.views.has(nameOf(grant))
      ? targetFaults(grant, migrated.tables.get(nameOf(grant)), tables)
      : []),
  ]);
}

/**
 * Compares the grants that name a table with the live database, in which all migrations up to the target are applied.
 *
 * @throws DeclarationErrors
 */
export async function requireNamedTables(
  client: Client,
  grants: readonly GrantDeclaration[],
  guarded: readonly GuardedTable[],
): Promise<void> {
  const naming = namingGrants(grants);
  if (naming.length === 0) return;
  const names = naming.map(({ schema, table }) => ({ schema, table }));
  const { rows } = await client.query<NamedTable & { schema: string; table: string }>(
    readSql(__dirname, "namedTables"),
    [JSON.stringify(names)],
  );
  const found = new Map(rows.map((row) => [nameOf(row), row]));
  const tenantTables = guarded.filter(({ tenant }) => tenant);
  const faults = naming.flatMap((grant) =>
    targetFaults(grant, found.get(nameOf(grant)), tenantTables),
  );
  if (faults.length > 0) throw new DeclarationErrors(faults);
}

/**
 * The grants that apply while only some of the migrations do: without the tables and columns that later ones create.
 *
 * @param before What the migrations up to the target create.
 * @param all What all of them create.
 */
export function grantsAt(
  grants: readonly GrantDeclaration[],
  before: MigratedTables,
  all: MigratedTables,
): GrantDeclaration[] {
  return grants.flatMap((grant): GrantDeclaration[] => {
    if (grant.on !== "table") return [grant];
    const [then, last] = [before, all].map(({ tables }) => tables.get(nameOf(grant)));
    if (all.views.has(nameOf(grant)) && !before.views.has(nameOf(grant))) return [];
    if (last === undefined) return [grant];
    if (then === undefined) return [];
    const isThere = (column: string) => then.columns.has(column) || !last.columns.has(column);
    const privileges = Object.fromEntries(
      listsOf(grant).map(([privilege, columns]) => [
        privilege,
        columns === "all" ? columns : columns.filter(isThere),
      ]),
    );
    return [{ ...grant, privileges }];
  });
}

/**
 * Columns that no grant lists, of tables whose grants list columns, one sentence each: a migration adds a column, and no role may use it
 * until it is declared.
 */
export function unlistedColumns(
  grants: readonly GrantDeclaration[],
  migrated: MigratedTables,
): string[] {
  const naming = namingGrants(grants);
  return [...new Set(naming.map(nameOf))].flatMap((name) => {
    const ofTable = naming.filter((grant) => nameOf(grant) === name);
    const lists = ofTable.flatMap(listsOf);
    const listed = new Set(lists.flatMap(([, columns]) => (columns === "all" ? [] : columns)));
    // A privilege on the whole table covers every column, and says nothing about what is meant for the others.
    if (listed.size === 0) return [];
    const columns = migrated.tables.get(name)?.columns ?? new Set<string>();
    const roles = ofTable.map(({ role }) => role).join(", ");
    return [...columns]
      .filter((column) => !listed.has(column))
      .map(
        (column) =>
          `column ${name}.${column}: no grant in database/grants.ts lists it, so these roles get only what they have on the whole table: ${roles}`,
      );
  });
}

function namingGrants(grants: readonly GrantDeclaration[]): NamingGrant[] {
  return grants.flatMap((grant) => (grant.on === "table" ? [grant] : []));
}

/** The columns of each privilege. */
function listsOf({ privileges }: NamingGrant): [keyof ColumnPrivileges, Columns][] {
  return Object.entries(privileges) as [keyof ColumnPrivileges, Columns][];
}

function roleFaults(grant: NamingGrant, backupRoles: readonly string[]): DeclarationError[] {
  if (!backupRoles.includes(grant.role)) return [];
  const fault = `"${grant.role}" is one of backupRoles in database/tenancy.ts, and a dump reads every table`;
  const remedy = "Remove the grant, or use another role";
  return [new DeclarationError(placeOfGrant(grant), fault, remedy)];
}

function listFaults(grant: NamingGrant): DeclarationError[] {
  return listsOf(grant).flatMap(([privilege, columns]) => {
    if (columns === "all") return [];
    if (columns.length === 0) {
      const remedy = `Remove ${privilege}, name columns, or write "all"`;
      return [new DeclarationError(placeOfGrant(grant), `${privilege} lists no column`, remedy)];
    }
    const twice = columns.filter((column, index) => columns.indexOf(column) < index);
    return twice.map((column) => {
      const fault = `${privilege} lists the column "${column}" twice`;
      return new DeclarationError(placeOfGrant(grant), fault, "Remove one of the two");
    });
  });
}

function targetFaults(
  grant: NamingGrant,
  table: NamedTable | undefined,
  tenantTables: readonly { schema: string; table: string }[],
): DeclarationError[] {
  const place = placeOfGrant(grant);
  if (table === undefined) {
    const remedy = "Correct the name, add the migration that creates it, or remove the grant";
    return [new DeclarationError(place, `no migration creates ${nameOf(grant)}`, remedy)];
  }
  const isTenants = tenantTables.some((tenant) => nameOf(tenant) === nameOf(grant));
  if (table.isChild && !isTenants) {
    const fault = `${nameOf(grant)} is a partition or a child of another table, through which roles reach its rows`;
    return [new DeclarationError(place, fault, "Name that table instead, or remove the grant")];
  }
  const present = [...table.columns];
  return listsOf(grant).flatMap(([privilege, columns]) =>
    (columns === "all" ? [] : columns)
      .filter((column) => !present.includes(column))
      .map((column) => {
        const fault = `${privilege} lists the column "${column}", which the table does not have`;
        const remedy = `Name one of its columns: ${present.join(", ")}`;
        return new DeclarationError(place, fault, remedy);
      }),
  );
}

function nameOf({ schema, table }: { schema: string; table: string }): string {
  return `${schema}.${table}`;
}
