import type { RoleDeclaration } from "../access/declarations";
import { DeclarationError } from "../declarationError";
import type { MigratedTables } from "./migratedTables";
import type { Tenancy } from "./tenancy";

const file = "database/tenancy.ts";

/**
 * Every fault of the declared tenancy that can be seen without a server.
 *
 * @param migrated What the migrations create.
 */
export function tenancyFaults(
  tenancy: Tenancy,
  roles: readonly RoleDeclaration[],
  migrated: MigratedTables,
): DeclarationError[] {
  const declared = roles.map(({ name }) => name);
  const named = [
    ...tenancy.tenantRoles,
    ...tenancy.backupRoles,
    ...(tenancy.administrators === "role" ? tenancy.administratorRoles : []),
  ];
  const ofRoles = named
    .filter((role) => !declared.includes(role))
    .map((role) => {
      const remedy = `Declare it in database/roles.ts, or take it out of ${file}`;
      return new DeclarationError(`role "${role}" in ${file}`, "not declared", remedy);
    });

  const ofTables = tenancy.tables.flatMap(({ schema, table, column }, index) => {
    const name = `${schema}.${table}`;
    const place = `tenant table ${name} in ${file}`;
    const columns = migrated.tables.get(name);
    const isTwice = tenancy.tables
      .slice(0, index)
      .some((other) => other.schema === schema && other.table === table);
    if (isTwice) {
      return [new DeclarationError(place, "declared twice", "Remove one of the two")];
    }
    // SQL that builds SQL cannot be read beforehand; then the server has the last word.
    if (!migrated.complete) return [];
    if (columns === undefined) {
      const remedy = `Add the migration that creates it, or take it out of ${file}`;
      return [new DeclarationError(place, "no migration creates such a table", remedy)];
    }
    if (columns.has(column)) return [];
    const remedy = `Name one of its columns: ${[...columns].join(", ")}`;
    return [new DeclarationError(place, `the table has no column "${column}"`, remedy)];
  });
  return [...ofRoles, ...ofTables];
}
