import { escapeIdentifier } from "pg";

import type { LookupFinding } from "./lookupFinding";
import { type UserLookup, verifierColumns, verifierTable } from "./userLookup";

/**
 * Leaves the authenticator with what the function reads of pg_authid, and no more.
 *
 * A privilege on a table that is revoked takes those on its columns along, so that all are granted anew whichever differs.
 *
 * @param held `SELECT (rolname)`, `SELECT`, `UPDATE (oid) WITH GRANT OPTION`
 */
export function planLookupPrivileges(
  held: readonly string[],
  { authenticator }: UserLookup,
): LookupFinding[] {
  const object = `privilege of ${authenticator} on table ${verifierTable}`;
  const wanted = verifierColumns.map((column) => `SELECT (${column})`);
  const missing = wanted.filter((privilege) => !held.includes(privilege));
  const spare = held.filter((privilege) => !wanted.includes(privilege));
  const common = { kind: "lookup privilege", object, repair: "automatic" } as const;
  const findings: LookupFinding[] = [
    ...missing.map((expected) => ({ ...common, expected, actual: null })),
    ...spare.map((actual) => ({ ...common, expected: null, actual })),
  ];
  const role = escapeIdentifier(authenticator);
  const sql =
    `revoke all on table ${verifierTable} from ${role} cascade;\n` +
    `grant select (${verifierColumns.join(", ")}) on table ${verifierTable} to ${role}`;
  return findings.map((finding, index) => (index === 0 ? { ...finding, sql } : finding));
}
