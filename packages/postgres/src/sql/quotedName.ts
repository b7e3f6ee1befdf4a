import { escapeIdentifier } from "pg";

/** A table's name as a statement has it. */
export function quotedName({ schema, table }: { schema: string; table: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}
