import { schemaObjectKinds } from "./schemaObject";
import { factRule, schemaRules } from "./schemaRules";

/** The record itself is missing, or of another version than the schema. */
export const recordKind = "schema record";

/** Every kind of difference that the comparison with the recorded schema finds. */
export const schemaKinds: readonly string[] = [
  recordKind,
  "partition missing",
  "partition added",
  ...schemaObjectKinds.flatMap((kind) => [
    `${kind} missing`,
    `${kind} added`,
    ...new Set(
      [...Object.keys(schemaRules[kind].facts), "comment"].map((fact) => factRule(kind, fact).kind),
    ),
  ]),
];
