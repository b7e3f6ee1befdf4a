import { escapeIdentifier, type PoolClient } from "pg";

import { type PropertyMap, unknownValue } from "../protocol/propertyValue";
import type { ResourceSchema, State } from "../protocol/resourceSchema";
import type { Fault } from "../protocol/resourceType";

export const grantSchema = {
  role: { kind: "string", required: true, replaces: true },
  database: { kind: "string", required: true, replaces: true },
  schema: { kind: "string", replaces: true },
  objectType: {
    kind: "string",
    required: true,
    replaces: true,
    oneOf: ["database", "schema", "table", "sequence", "function", "procedure", "routine"],
  },
  objects: { kind: "set", replaces: true },
  columns: { kind: "set", replaces: true, unserved: true },
  privileges: { kind: "set", required: true },
  withGrantOption: { kind: "boolean", default: false, replaces: true },
} as const satisfies ResourceSchema;

/** The privileges that each type of object has, https://www.postgresql.org/docs/15/ddl-priv.html. */
const privileges = {
  database: ["CREATE", "CONNECT", "TEMPORARY"],
  schema: ["CREATE", "USAGE"],
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  sequence: ["USAGE", "SELECT", "UPDATE"],
  function: ["EXECUTE"],
  procedure: ["EXECUTE"],
  routine: ["EXECUTE"],
  type: ["USAGE"],
} as const satisfies Record<string, readonly string[]>;

type ObjectType = keyof typeof privileges;

/** The keyword for all privileges of a type. */
const all = "ALL";

/** Finds privileges that the type of object does not have, so that no other word becomes part of a statement. */
export function privilegeFaults({ objectType, privileges: given }: PropertyMap): Fault[] {
  if (typeof objectType !== "string" || !isObjectType(objectType) || !Array.isArray(given))
    return [];
  const allowed: readonly string[] = [all, ...privileges[objectType]];
  return given.flatMap((privilege, index) =>
    privilege === unknownValue || (typeof privilege === "string" && allowed.includes(privilege))
      ? []
      : [
          {
            property: `privileges[${index}]`,
            reason: `"${String(privilege)}" is not a privilege of a ${objectType}; expected one of ${allowed.join(", ")}`,
          },
        ],
  );
}

export function objectTypeOf(name: string): ObjectType {
  if (isObjectType(name)) return name;
  throw new Error(`privileges on objects of type "${name}" are not served by the offline plugin`);
}

/** The list of privileges for a statement. @throws if the type lacks one of them */
export function privilegeList(objectType: ObjectType, wanted: readonly string[]): string {
  const allowed: readonly string[] = [all, ...privileges[objectType]];
  const invalid = wanted.find((privilege) => !allowed.includes(privilege));
  if (invalid !== undefined) throw new Error(`"${invalid}" is not a privilege of a ${objectType}`);
  return wanted.join(", ");
}

/** Whether `present` equals `wanted`. Privileges that newer servers add to ALL do not count. */
export function samePrivileges(
  objectType: ObjectType,
  present: readonly string[],
  wanted: readonly string[],
): boolean {
  const expected = wanted.includes(all) ? privileges[objectType] : wanted;
  const known: readonly string[] = privileges[objectType];
  const counted = wanted.includes(all) ? present.filter((each) => known.includes(each)) : present;
  return (
    expected.every((privilege) => present.includes(privilege)) &&
    counted.every((privilege) => expected.some((each) => each === privilege))
  );
}

function isObjectType(name: string): name is ObjectType {
  return Object.hasOwn(privileges, name);
}

/** The name for all roles, including future ones. */
export const publicRole = "public";

/** The grantee in a statement. PUBLIC is a keyword, and no role can have this name. */
export function grantee(role: string): string {
  return role === publicRole ? "public" : escapeIdentifier(role);
}

/**
 * The oid of a grant's role, 0 for PUBLIC.
 *
 * @returns undefined if the role or the schema is gone; nothing is granted then
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
  const { rows } = await client.query<{ oid: string }>(granteeQuery, [role]);
  return rows[0]?.oid;
}

const granteeQuery = `
  select r.oid::text as oid
    from pg_catalog.pg_roles r
   where r.rolname = $1
  union all
  select '0' where $1 = '${publicRole}'`;

/**
 * The roles whose rights a change of privileges needs.
 *
 * None for a database, as in the official plugin: the deploy role is its owner or a member of the owner.
 */
export async function objectOwners(
  client: PoolClient,
  { objectType, schema }: State<typeof grantSchema>,
): Promise<string[]> {
  if (objectType === "database") return [];
  const { rows } = await client.query<{ name: string }>(ownersQuery, [
    schema,
    objectType !== "schema",
  ]);
  return rows.map(({ name }) => name);
}

/** The owners of schema `$1` and of its relations; pg_database_owner is replaced by the owner of the database. */
const ownersQuery = `
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

/** One object of a grant, and the role's privileges on the whole object (not on single columns). */
export interface PresentPrivileges {
  name: string;
  privileges: string[];
}

/** SQL for the privileges that an access list gives to the role with oid `$1`, or to PUBLIC if that is 0. */
const granted = (acl: string) =>
  `array(select a.privilege_type::text from pg_catalog.aclexplode(${acl}) a where a.grantee = $1)`;

/** Without names, reads ordinary tables only, as in the official plugin; with names, views too. */
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

/** `$2` is the schema, or the database for its own privileges; `$3` is the objects' names, or null for all. */
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

/** Reads the privileges of the role with oid `role` on each object of `grant`. Missing objects are left out. */
export async function presentPrivileges(
  client: PoolClient,
  role: string,
  grant: State<typeof grantSchema>,
): Promise<PresentPrivileges[]> {
  const type = objectTypeOf(grant.objectType);
  const query = queries[type];
  if (query === undefined)
    throw new Error(`privileges on a ${type} are not served by the offline plugin`);
  const { rows } = await client.query<PresentPrivileges>(query, [
    role,
    type === "database" ? grant.database : grant.schema,
    grant.objects === null || grant.objects.length === 0 ? null : grant.objects,
  ]);
  return rows;
}
