import type { Client, QueryResult, QueryResultRow } from "pg";

/**
 * What the words of our statements mean, and how the catalog writes its answers. A session begins with these, and has them
 * again whenever it has asked what the owner can define: a view's function may have set what it liked.
 */
export const meaning: Readonly<Record<string, string>> = {
  // With an empty one a name without a schema, an operator and a type are those of pg_catalog and no others.
  search_path: "",
  standard_conforming_strings: "on",
  quote_all_identifiers: "off",
  transform_null_equals: "off",
  array_nulls: "on",
};

const takeBack = Object.entries(meaning)
  .map(([name, value]) => `set ${name} to '${value}'`)
  .join("; ");

/**
 * Asks a relation of the owner's, which may be a view by now that runs what it likes. What that sets in the session means
 * nothing to the next statement.
 *
 * @throws node-postgres' errors as they are
 */
export async function askOwner<Row extends QueryResultRow>(
  client: Client,
  text: string,
  values?: unknown[],
): Promise<QueryResult<Row>> {
  try {
    return await client.query<Row>(text, values);
  } finally {
    // In a transaction that has failed nothing is left of it.
    await client.query(takeBack).catch(() => undefined);
  }
}
