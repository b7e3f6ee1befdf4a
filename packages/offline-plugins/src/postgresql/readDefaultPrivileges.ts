import type { State } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/sortedSet";
import type { defaultPrivilegesSchema } from "./defaultPrivileges";
import { granteeOid } from "./granteeOid";
import { objectTypeOf, samePrivileges } from "./privileges";
import type { ServerSession } from "./serverSession";

/** pg_default_acl's letters for the types of objects. */
const letters: Record<string, string> = {
  table: "r",
  sequence: "S",
  function: "f",
  routine: "f",
  type: "T",
  schema: "n",
};

/** `$1` the grantee's oid, `$2` the owner, `$3` the type's letter, `$4` the schema or "" for all schemas. */
const query = `
  select a.privilege_type::text as privilege
    from pg_catalog.pg_default_acl d
    left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
   cross join pg_catalog.aclexplode(d.defaclacl) a
   where a.grantee = $1
     and pg_catalog.pg_get_userbyid(d.defaclrole) = $2
     and d.defaclobjtype = $3
     and coalesce(n.nspname, '') = $4`;

/**
 * Default privileges as the server has them.
 *
 * @param nothingDeclared the state has no list at all; it then keeps none while nothing is granted.
 * @returns undefined if there are none where some were declared, or if a role, the schema or the database is gone.
 */
export async function readDefaultPrivileges(
  session: ServerSession,
  its: State<typeof defaultPrivilegesSchema>,
  nothingDeclared: boolean,
): Promise<LiveObject<typeof defaultPrivilegesSchema> | undefined> {
  return session.readWithin(its.database, async (client) => {
    const role = await granteeOid(client, its);
    if (role === undefined) return undefined;
    const { rows } = await client.query<{ privilege: string }>(query, [
      role,
      its.owner,
      letters[its.objectType],
      its.schema ?? "",
    ]);
    const present = sortedStrings(rows.map(({ privilege }) => privilege));
    if (present.length === 0 && its.privileges.length > 0) return undefined;
    const same = samePrivileges(objectTypeOf(its.objectType), present, its.privileges);
    const declared = nothingDeclared ? null : its.privileges;
    const schema = its.schema === null || its.schema === "" ? "noschema" : its.schema;
    return {
      id: [its.role, its.database, schema, its.owner, its.objectType].join("_"),
      state: { ...its, privileges: same ? declared : present },
    };
  });
}
