import type { Finding } from "../../convergence/difference";
import type { SchemaInspection } from "../inspectSchema";
import { migrationFindings } from "../migrationFindings";
import type { SchemaFinding } from "../schemaFinding";

/** A difference that may become what is expected. */
export interface AcceptableFinding {
  finding: Finding;
  /** The same, if it is about an object of the schema. */
  schema?: SchemaFinding;
  /** The migration whose files differ in comments and white space alone. */
  migration?: string;
}

/**
 * What of an inspection may be accepted: everything about the schema, and files of which only comments and white space were
 * edited. A migration that says something else than what was applied can't be: other databases would get the other.
 */
export function acceptableFindings({ faults, schema }: SchemaInspection): AcceptableFinding[] {
  const edited = new Set(faults.filter(({ cosmetic }) => !cosmetic).map(({ name }) => name));
  const cosmetic = faults.filter((fault) => fault.cosmetic && !edited.has(fault.name));
  return [
    ...cosmetic.flatMap((fault) =>
      migrationFindings([fault]).map((finding) => ({ finding, migration: fault.name })),
    ),
    ...schema.map((finding) => ({ finding, schema: finding })),
  ];
}
