import { escapeLiteral } from "pg";

import type { SchemaObject, SchemaObjectKind } from "../schemaObject";

/** COMMENT ON with what the object says of itself. */
export function commentStatement({ kind, identity, facts }: SchemaObject): string {
  const { comment = null } = facts;
  const text = comment === null ? "null" : escapeLiteral(comment);
  return `comment on ${nounOf(kind)} ${identity} is ${text}`;
}

/** The same where there is one: of an object that was just made. */
export function firstComment(object: SchemaObject): string[] {
  return (object.facts["comment"] ?? null) === null ? [] : [commentStatement(object)];
}

/** What a statement calls it: enums and ranges are types to PostgreSQL. */
export function nounOf(kind: SchemaObjectKind): string {
  return kind === "enum" || kind === "range type" ? "type" : kind;
}
