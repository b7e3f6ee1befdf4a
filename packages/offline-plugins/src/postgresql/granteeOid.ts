import type { PoolClient } from "pg";

import type { State } from "../protocol/resourceSchema";
import type { grantSchema } from "./grantSchema";
import { publicRole } from "./grantee";

const query = `
  select r.oid::text as oid
    from pg_catalog.pg_roles r
   where r.rolname = $1
  union all
  select '0' where $1 = '${publicRole}'`;

/**
 * The oid of a grant's role, 0 for PUBLIC.
 *
 * @returns undefined if the role or the schema is gone: then there is nothing granted either.
 */
export async function granteeOid(
  client: PoolClient,
  { role, schema, objectType }: Pick<State<typeof grantSchema>, "role" | "schema" | "objectType">,
): Promise<string | undefined> {
  if (objectType !== "database" && schema !== null && schema !== "") {
    const found = await client.query("select from pg_catalog.pg_namespace where nspname = $1", [
      schema,
    ]);
    if (found.rows.length === 0) return undefined;
  }
  const { rows } = await client.query<{ oid: string }>(query, [role]);
  return rows[0]?.oid;
}
