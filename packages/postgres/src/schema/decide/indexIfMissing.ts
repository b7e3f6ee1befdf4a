import type { SchemaObject } from "../schemaObject";

/** CREATE INDEX IF NOT EXISTS, as a migration has it. */
export function indexIfMissing({ facts }: SchemaObject): string {
  return (facts["definition"] ?? "")
    .replace(/^CREATE (UNIQUE )?INDEX /, "CREATE $1INDEX IF NOT EXISTS ")
    .replace(" ON ONLY ", " ON ");
}
