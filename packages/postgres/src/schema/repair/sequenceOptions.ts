import type { SchemaObject } from "../schemaObject";

/** All options of a sequence, as CREATE and ALTER SEQUENCE take them. */
export function sequenceOptions(facts: SchemaObject["facts"]): string {
  const { type, start, increment, minimum, maximum, cache, cycle } = facts;
  return [
    `as ${type ?? "bigint"} increment by ${increment ?? "1"} minvalue ${minimum ?? "1"}`,
    `maxvalue ${maximum ?? ""} start with ${start ?? "1"} cache ${cache ?? "1"}${cycle ? " cycle" : " no cycle"}`,
  ].join(" ");
}
