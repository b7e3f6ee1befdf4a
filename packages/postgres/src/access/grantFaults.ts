import { DeclarationError } from "../declarationError";
import type { GrantDeclaration, RoleDeclaration, SchemaDeclaration } from "./declarations";

/** Every grant that names a role or a schema which nobody declares. */
export function grantFaults(
  grants: readonly GrantDeclaration[],
  roles: readonly RoleDeclaration[],
  schemas: readonly SchemaDeclaration[],
): DeclarationError[] {
  const knownRoles = ["public", ...roles.map(({ name }) => name)];
  const knownSchemas = ["public", ...schemas.map(({ name }) => name)];
  return grants.flatMap((grant) => {
    const target = grant.on === "database" ? "the database" : `${grant.on} of ${grant.schema}`;
    const place = `grant to "${grant.role}" on ${target} in database/grants.ts`;
    const faults = [];
    if (!knownRoles.includes(grant.role)) {
      const remedy = "Declare it in database/roles.ts, or remove the grant";
      faults.push(new DeclarationError(place, `no role "${grant.role}" is declared`, remedy));
    }
    if (grant.on !== "database" && !knownSchemas.includes(grant.schema)) {
      const remedy = "Declare it in database/extensions.ts, or remove the grant";
      faults.push(new DeclarationError(place, `no schema "${grant.schema}" is declared`, remedy));
    }
    return faults;
  });
}
