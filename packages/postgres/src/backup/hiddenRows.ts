import type { Client } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { UserError } from "../userError";

/** Which tables to look at, by their names with their schemas. */
interface Scope {
  /** Default: every table. */
  tables?: readonly string[];
  /** Default: none. */
  withoutTables?: readonly string[];
}

/**
 * Refuses where policies hide rows from the login: a dump would lack them, and nobody would notice before it is needed.
 *
 * @throws UserError that names the tables
 */
export async function requireAllRows(connection: Connection, scope: Scope = {}): Promise<void> {
  const hidden = await withClient(connection, "dump", (client) => readHiddenTables(client, scope));
  refuseHidden(hidden, connection.user);
}

/** @throws UserError that names the tables, if there are any */
export function refuseHidden(hidden: readonly string[], login: string): void {
  if (hidden.length === 0) return;
  throw new UserError(
    `Policies hide rows of ${hidden.join(", ")} from ${login}: a dump would lack them.`,
    `Run the update, which restores the policies of tenant tables; on any other table, create a policy that shows ${login} every row. Then dump again.`,
  );
}

/**
 * The tables whose policies may hide rows from the session's role.
 *
 * The planner decides: a policy that shows a role everything leaves no condition in the plan of a query without one.
 */
export async function readHiddenTables(
  client: Client,
  { tables = [], withoutTables = [] }: Scope = {},
): Promise<string[]> {
  const { rows } = await client.query<{ name: string; quoted: string }>(
    `select n.nspname || '.' || c.relname as name,
            pg_catalog.format('%I.%I', n.nspname, c.relname) as quoted
       from pg_catalog.pg_class as c
       join pg_catalog.pg_namespace as n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.relkind operator(pg_catalog.=) 'r'
        and c.relpersistence operator(pg_catalog.<>) 't'
        and c.relrowsecurity
        and pg_catalog.row_security_active(c.oid)
        and pg_catalog.has_table_privilege(c.oid, 'SELECT')
      order by name`,
  );
  const wanted = rows.filter(
    ({ name }) => (tables.length === 0 || tables.includes(name)) && !withoutTables.includes(name),
  );
  const hidden: string[] = [];
  for (const { name, quoted } of wanted) {
    const plan = await client.query(`explain (format json) select from only ${quoted}`);
    if (/"[^"]*(Filter|Cond)":/.test(JSON.stringify(plan.rows))) hidden.push(name);
  }
  return hidden;
}
