import type { PoolClient } from "pg";

import type { State } from "../protocol/resourceSchema";
import type { grantSchema } from "./grantSchema";

/** The owners of schema `$1` and of its relations; pg_database_owner stands for whoever owns the database. */
const owners = `
  select distinct case when owner.name = 'pg_database_owner'
                       then pg_catalog.pg_get_userbyid(d.datdba)::text
                       else owner.name end as name
    from (select pg_catalog.pg_get_userbyid(n.nspowner)::text as name
            from pg_catalog.pg_namespace n where n.nspname = $1
           union
          select pg_catalog.pg_get_userbyid(c.relowner)::text
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
           where n.nspname = $1 and $2 and c.relkind in ('r', 'p')) owner
    join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()`;

/**
 * The roles whose rights a change of privileges takes.
 *
 * None for a database, as in the official plugin: who deploys is its owner, or a member of the owner.
 */
export async function objectOwners(
  client: PoolClient,
  { objectType, schema }: State<typeof grantSchema>,
): Promise<string[]> {
  if (objectType === "database") return [];
  const { rows } = await client.query<{ name: string }>(owners, [schema, objectType !== "schema"]);
  return rows.map(({ name }) => name);
}
