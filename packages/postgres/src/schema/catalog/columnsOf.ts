import type { SchemaObject } from "../schemaObject";

/** The columns among the objects of a schema. */
export function columnsOf(table: string, objects: readonly SchemaObject[]): SchemaObject[] {
  return objects.filter(({ kind, facts }) => kind === "column" && facts["table"] === table);
}
