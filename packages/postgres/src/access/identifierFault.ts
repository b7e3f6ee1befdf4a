/**
 * What is wrong with a name that PostgreSQL is to use, or undefined.
 *
 * PostgreSQL takes stranger ones in quotes; people who type them by hand do not.
 * https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function identifierFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > 63) return "is longer than 63 bytes, where PostgreSQL cuts it off";
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    return "is not made of lower-case letters, digits and _ with no digit first";
  }
  if (name.startsWith("pg_")) return "begins with pg_, which PostgreSQL keeps for itself";
  if (name === "public" || name === "none") return "means something else to PostgreSQL";
  return undefined;
}
