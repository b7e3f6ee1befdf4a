import { schemaObjectKinds } from "./schemaObject";
import { factRule, type SchemaChangeKind, schemaRules } from "./schemaRules";

/** The record itself is missing, or of another version than the schema. */
export const recordKind = "schema record";

export type SchemaKind = SchemaChangeKind | typeof recordKind;

/** Every kind of difference that the comparison with the recorded schema finds. */
export const schemaKinds: readonly SchemaKind[] = [
  recordKind,
  "partition missing",
  "partition added",
  ...schemaObjectKinds.flatMap((kind): SchemaKind[] => [
    `${kind} missing`,
    `${kind} added`,
    ...new Set(
      [...Object.keys(schemaRules[kind].facts), "comment"].map((fact) => factRule(kind, fact).kind),
    ),
  ]),
];
