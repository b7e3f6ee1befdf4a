import type { PoolClient } from "pg";

import type { State } from "../protocol/resourceSchema";
import type { grantSchema } from "./grantSchema";
import { type ObjectType, objectTypeOf } from "./privileges";

/** One object that a grant is on, and what the role may do with it as a whole (not with single columns). */
export interface PresentPrivileges {
  name: string;
  privileges: string[];
}

/** The privileges that an access list gives to the role with oid `$1`, or to PUBLIC if that is 0. */
const granted = (acl: string) =>
  `array(select a.privilege_type::text from pg_catalog.aclexplode(${acl}) a where a.grantee = $1)`;

/** Without names, ordinary tables only, as in the official plugin; a view that is named is looked at too. */
const relations = (kind: string, namedKinds: string) => `
  select c.relname::text as name, ${granted("c.relacl")} as privileges
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $2
     and case when $3::text[] is null then c.relkind = '${kind}'
              else c.relname = any ($3) and c.relkind in (${namedKinds}) end
   order by c.relname`;

const routines = (kinds: string) => `
  select p.proname::text as name, ${granted("p.proacl")} as privileges
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
   where n.nspname = $2 and ($3::text[] is null or p.proname = any ($3)) and p.prokind in (${kinds})
   order by p.proname, p.oid`;

/** `$2` is the schema, or the database for its own privileges; `$3` the objects' names, null for all. */
const queries: Partial<Record<ObjectType, string>> = {
  database: `
    select d.datname::text as name, ${granted("d.datacl")} as privileges
      from pg_catalog.pg_database d where d.datname = $2 and $3::text[] is null`,
  schema: `
    select n.nspname::text as name, ${granted("n.nspacl")} as privileges
      from pg_catalog.pg_namespace n where n.nspname = $2 and $3::text[] is null`,
  table: relations("r", "'r', 'p', 'v', 'm', 'f'"),
  sequence: relations("S", "'S'"),
  function: routines("'f', 'a', 'w'"),
  procedure: routines("'p'"),
  routine: routines("'f', 'a', 'w', 'p'"),
};

/** What the role with oid `role` may do with each object that `grant` is on. Objects that do not exist are left out. */
export async function presentPrivileges(
  client: PoolClient,
  role: string,
  grant: State<typeof grantSchema>,
): Promise<PresentPrivileges[]> {
  const type = objectTypeOf(grant.objectType);
  const query = queries[type];
  if (query === undefined) throw new Error(`nothing can be granted on a ${type}`);
  const { rows } = await client.query<PresentPrivileges>(query, [
    role,
    type === "database" ? grant.database : grant.schema,
    grant.objects === null || grant.objects.length === 0 ? null : grant.objects,
  ]);
  return rows;
}
