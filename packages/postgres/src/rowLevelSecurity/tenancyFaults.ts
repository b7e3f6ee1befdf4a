import type { RoleDeclaration } from "../access/declarations";
import { DeclarationError } from "../declarationError";
import type { MigratedTables } from "./migratedTables";
import { type Tenancy, tenancyFile } from "./tenancy";
import { tenantTableFaults } from "./tenantTableFaults";

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
  return [
    ...roleFaults(tenancy, roles),
    ...privilegeFaults(tenancy, roles),
    ...duplicateFaults(tenancy),
    ...reasonFaults(tenancy),
    ...tenantTableFaults(tenancy, migrated),
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
      const remedy = `Declare it in database/roles.ts, or take it out of ${tenancyFile}`;
      return new DeclarationError(`role "${role}" in ${tenancyFile}`, "not declared", remedy);
    });
}

/** What a predefined role may do, such as read the server's files, no policy bounds. */
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
          const fault = `a role of ${tenancyFile}'s tenantRoles has the rights of ${group}, which no policy bounds`;
          const remedy = `Take ${group} out of its memberOf, and declare a role of its own for what needs it`;
          return new DeclarationError(`role "${name}" in database/roles.ts`, fault, remedy);
        }),
    );
}

function duplicateFaults({ tables, exemptTables = [] }: Tenancy): DeclarationError[] {
  const names = [...tables, ...exemptTables].map(({ schema, table }) => `${schema}.${table}`);
  return names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => {
      const place = `table ${name} in ${tenancyFile}`;
      return new DeclarationError(place, "declared twice", "Remove one of the two");
    });
}

function reasonFaults({ exemptTables = [] }: Tenancy): DeclarationError[] {
  return exemptTables
    .filter(({ reason }) => reason.trim() === "")
    .map(({ schema, table }) => {
      const place = `exempt table ${schema}.${table} in ${tenancyFile}`;
      const remedy = "Say why its rows need not be kept apart, or what keeps them apart";
      return new DeclarationError(place, "no reason is given", remedy);
    });
}
