import type { Node, RangeVar } from "libpg-query";
import { escapeIdentifier } from "pg";

/** A table's name with its schema. */
interface TableName {
  schema: string;
  table: string;
}

/** Migrations run with this search path, so a name without a schema belongs to it. */
const searchPath = "public";

/** The parts of a qualified name in a parse tree. */
export function stringsOf(node: Node): string[] {
  if ("List" in node) return (node.List.items ?? []).flatMap(stringsOf);
  return "String" in node ? [node.String.sval ?? ""] : [];
}

/** The table that a statement works on. */
export function relationOf(relation: RangeVar | undefined): TableName {
  return { schema: relation?.schemaname ?? searchPath, table: relation?.relname ?? "" };
}

/** A table in the list of a DROP statement. */
export function listedRelation(node: Node): TableName {
  const [table = "", schema = searchPath] = stringsOf(node).reverse();
  return { schema, table };
}

/** As `schema.table`, unquoted: the key of maps. */
export function keyOf({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

/** As `"schema"."table"`, for the text of a statement. */
export function quotedName({ schema, table }: TableName): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}
