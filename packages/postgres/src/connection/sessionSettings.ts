import type { Client, QueryResult, QueryResultRow } from "pg";

/** Settings that decide what our statements mean and how the catalog prints its answers. */
const meaning: Readonly<Record<string, string>> = {
  // When it is empty, names without a schema, operators and types are those of pg_catalog.
  search_path: "",
  standard_conforming_strings: "on",
  quote_all_identifiers: "off",
  transform_null_equals: "off",
  array_nulls: "on",
  // Off makes each query of a tenant table fail: a dump reads it through policies.
  row_security: "on",
};

/** Settings that decide which role a session acts as and what its statements mean. */
const identityAndMeaning = {
  ...meaning,
  role: "none",
  // A library that does not exist would prevent every login.
  local_preload_libraries: "",
  // What an operator sets to stop writes would stop the repair, too. What only reads says so.
  default_transaction_read_only: "off",
  // A statement that has waited for a lock must see what was committed meanwhile, and none may fail because of others. What needs
  // another level says so.
  default_transaction_isolation: "read committed",
};

/**
 * Start-up options (`options` of a connection) of every session of ours. What a client asks for outranks what the
 * database's owner has set on the database or the role, which applies to superusers too.
 *
 * https://www.postgresql.org/docs/15/runtime-config-client.html
 */
export const startUpOptions = optionsOf({
  ...identityAndMeaning,
  statement_timeout: "0",
  lock_timeout: "0",
  idle_session_timeout: "0",
  idle_in_transaction_session_timeout: "0",
});

/** The same for sessions of Pulumi's postgresql plugin, which keeps its own timeouts. */
export const pluginOptions = optionsOf(identityAndMeaning);

function optionsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
    .join(" ");
}

const restoreMeaning = Object.entries(meaning)
  .map(([name, value]) => `set ${name} to '${value}'`)
  .join("; ");

/**
 * Queries a relation of the owner's. It may have become a view, whose functions can change settings of the session, so
 * the settings that later statements rely on are restored afterwards.
 *
 * @throws node-postgres' errors as they are
 */
export async function queryOwned<Row extends QueryResultRow>(
  client: Client,
  text: string,
  values?: unknown[],
): Promise<QueryResult<Row>> {
  try {
    return await client.query<Row>(text, values);
  } finally {
    // Fails in a failed transaction, whose rollback restores the settings.
    await client.query(restoreMeaning).catch(() => undefined);
  }
}
