import type { AuditFinding } from "./auditFinding";
import type { FoundDefiner } from "./readDefiners";
import { repairOf } from "./repairOf";

/**
 * A finding for each function that its caller can lead to other tables and functions than were meant.
 *
 * The path that it gets goes on finding what is in the function's own schema, where nobody can put anything who could not
 * change the function too; temporary objects come last, so that none stands in for a real one.
 * https://www.postgresql.org/docs/15/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
export function planDefiners(found: readonly FoundDefiner[]): AuditFinding[] {
  return found.map(({ object, name, schema, search_path: path, owner, alterable }) => {
    const safe = `pg_catalog, ${schema}, pg_temp`;
    const sql = `alter routine ${name} set search_path = ${safe}`;
    const repair = repairOf(alterable, sql, `its owner ${owner} or a superuser`);
    return {
      kind: "function search_path",
      object,
      expected: `SECURITY DEFINER with search_path ${safe}`,
      actual: `SECURITY DEFINER with ${path === null ? "no search_path" : `search_path ${path}`}`,
      reason: `its caller chooses what it uses with the rights of ${owner}`,
      ...repair,
    };
  });
}
