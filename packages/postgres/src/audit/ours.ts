import type { Audit } from "./audit";
import { markBound } from "./boundGrants";

/** What the audit's queries take for this stack's own: they leave the rest alone. */
export function ours({ roles, schemas, grants, tenancy }: Audit) {
  return {
    roles: roles.map(({ name }) => name),
    schemas: ["public", ...schemas.map(({ name }) => name)],
    // node-postgres would write an array of its own as an array of PostgreSQL's.
    grants: JSON.stringify(markBound(grants, tenancy)),
    tables: JSON.stringify(tenancy.tables),
  };
}
