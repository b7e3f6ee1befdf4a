import { escapeIdentifier } from "pg";

import type { Audit } from "./audit";
import type { AuditFinding } from "./auditFinding";
import type { FoundOwner } from "./readOwners";
import { repairOf } from "./repairOf";

/** A finding for each object that belongs to somebody else than the owner. */
export function planOwners(
  found: readonly FoundOwner[],
  { owner }: Pick<Audit, "owner">,
): AuditFinding[] {
  return found.map(({ object, kind, name, owner: actual, alterable }) => {
    // The one schema that is there from the start follows the database's owner by itself.
    const expected = kind === "schema" ? "pg_database_owner" : owner;
    const sql = `alter ${kind} ${name} owner to ${escapeIdentifier(expected)}`;
    return {
      kind: "owner",
      object,
      expected: `owner ${expected}`,
      actual: `owner ${actual}`,
      ...repairOf(alterable, sql, `a member of ${actual} and ${expected}, or a superuser,`),
    };
  });
}
