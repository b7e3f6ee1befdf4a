import type { Node, RangeVar } from "libpg-query";

/** A table as migrations name it. */
export interface TableName {
  schema: string;
  table: string;
}

/** Where a name leads that has no schema: migrations run with this search path. */
const searchPath = "public";

/** The words of a qualified name in a parse tree. */
export function stringsOf(node: Node): string[] {
  if ("List" in node) return (node.List.items ?? []).flatMap(stringsOf);
  return "String" in node ? [node.String.sval ?? ""] : [];
}

/** A table that a statement works on. */
export function relationOf(relation: RangeVar | undefined): TableName {
  return { schema: relation?.schemaname ?? searchPath, table: relation?.relname ?? "" };
}

/** A table that DROP names in a list. */
export function listedRelation(node: Node): TableName {
  const [table = "", schema = searchPath] = stringsOf(node).reverse();
  return { schema, table };
}

/** As `schema.table`, the key of maps. */
export function keyOf({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}
