/** A table's name. Most are in public, so that is left out. */
export function qualified(schema: string, table: string): string {
  return schema === "public" ? table : `${schema}.${table}`;
}
