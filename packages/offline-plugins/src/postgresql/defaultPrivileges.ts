import { escapeIdentifier, type PoolClient } from "pg";

import { type PropertyMap, sortedStrings } from "../protocol/propertyValue";
import type { ResourceSchema, State } from "../protocol/resourceSchema";
import { type Fault, type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs, type ServerSession } from "./serverSession";
import {
  grantee,
  granteeOid,
  objectTypeOf,
  privilegeFaults,
  privilegeList,
  publicRole,
  samePrivileges,
} from "./privileges";

const defaultPrivilegesSchema = {
  role: { kind: "string", required: true, replaces: true },
  database: { kind: "string", required: true, replaces: true },
  owner: { kind: "string", required: true, replaces: true },
  schema: { kind: "string", replaces: true },
  objectType: {
    kind: "string",
    required: true,
    replaces: true,
    oneOf: ["table", "sequence", "function", "routine", "type", "schema"],
  },
  privileges: { kind: "set", required: true },
  withGrantOption: { kind: "boolean", default: false, replaces: true },
} as const satisfies ResourceSchema;

type DefaultPrivileges = State<typeof defaultPrivilegesSchema>;

/** `postgresql.DefaultPrivileges`: a role's privileges on objects that `owner` creates later. */
export const defaultPrivileges = resourceType<ServerSession, typeof defaultPrivilegesSchema>({
  token: "postgresql:index/defaultPrivileges:DefaultPrivileges",
  schema: defaultPrivilegesSchema,
  describe: (show) =>
    `the default privileges for ${show("role")} on each ${show("objectType")} that ${show("owner")} creates in schema ${show("schema")} of database ${show("database")}`,
  faults,
  create: apply,
  read: async (session, _id, prior) => {
    const { role, database, owner, objectType, privileges } = prior;
    if (role === null || database === null || owner === null || objectType === null)
      throw new Error(
        "DefaultPrivileges cannot be imported; declare them, and the next update adopts the existing ones",
      );
    const withGrantOption = prior.withGrantOption ?? false;
    const known = { ...prior, role, database, owner, objectType, withGrantOption };
    return readDefaultPrivileges(
      session,
      { ...known, privileges: privileges ?? [] },
      privileges === null,
    );
  },
  update: (session, _old, planned) => apply(session, planned),
  delete: async (session, old) => {
    await session.change((client) => replacePrivileges(client, old, []), old.database);
  },
});

function faults(inputs: PropertyMap): Fault[] {
  const { objectType, schema, role, withGrantOption } = inputs;
  const found = privilegeFaults(inputs);
  if (objectType === "schema" && schema !== undefined && schema !== "")
    found.push({
      property: "schema",
      reason: '"schema" cannot be given where "objectType" is schema',
    });
  if (role === publicRole && withGrantOption === true)
    found.push({
      property: "withGrantOption",
      reason: '"withGrantOption" cannot be given to the role public',
    });
  return found;
}

async function apply(
  session: ServerSession,
  planned: DefaultPrivileges,
): Promise<LiveObject<typeof defaultPrivilegesSchema>> {
  await session.change(
    (client) => replacePrivileges(client, planned, planned.privileges),
    planned.database,
  );
  const live = await readDefaultPrivileges(session, planned, false);
  if (live === undefined)
    throw new Error("a role, the schema or the database was dropped during the update");
  return live;
}

async function replacePrivileges(
  client: PoolClient,
  its: DefaultPrivileges,
  privileges: readonly string[],
) {
  const isGone = (await granteeOid(client, its)) === undefined;
  if (isGone && privileges.length === 0) return;
  const type = objectTypeOf(its.objectType);
  const within =
    its.schema === null || its.schema === "" ? "" : ` in schema ${escapeIdentifier(its.schema)}`;
  const alter = `alter default privileges for role ${escapeIdentifier(its.owner)}${within}`;
  const role = grantee(its.role);
  const option = its.withGrantOption ? " with grant option" : "";
  await actAs(client, [its.owner], async () => {
    await client.query(`${alter} revoke all on ${type}s from ${role}`);
    if (privileges.length > 0)
      await client.query(
        `${alter} grant ${privilegeList(type, privileges)} on ${type}s to ${role}${option}`,
      );
  });
}

/**
 * Reads default privileges.
 *
 * @param nothingDeclared the state has no list; it then stays without one while nothing is granted
 * @returns undefined if some were declared and there are none, or if a role, the schema or the database is gone
 */
async function readDefaultPrivileges(
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
      typeLetters[its.objectType],
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

/** The values of pg_default_acl.defaclobjtype. */
const typeLetters: Record<string, string> = {
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
