import { crc32 } from "node:zlib";

import { escapeIdentifier, type PoolClient } from "pg";

import { isAbsent, type PropertyMap, sortedStrings } from "../protocol/propertyValue";
import type { Observed, State } from "../protocol/resourceSchema";
import { type Fault, type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs, type ServerSession } from "./serverSession";
import {
  grantee,
  granteeOid,
  grantSchema,
  objectOwners,
  objectTypeOf,
  presentPrivileges,
  type PresentPrivileges,
  privilegeFaults,
  privilegeList,
  samePrivileges,
} from "./privileges";

type GrantState = State<typeof grantSchema>;

/**
 * `postgresql.Grant`: a role's privileges on a database, on a schema, or on objects in a schema, all of these or named ones.
 *
 * Whatever else the role may do there is revoked. Privileges that are there already are taken over.
 */
export const grant = resourceType<ServerSession, typeof grantSchema>({
  token: "postgresql:index/grant:Grant",
  schema: grantSchema,
  // The old one's deletion would take away what the new one has granted on the same objects.
  deleteBeforeReplace: true,
  describe: (show) =>
    `the grant on ${show("objectType")} to ${show("role")} in schema ${show("schema")} of database ${show("database")}`,
  faults: grantFaults,
  create: apply,
  read: async (session, _id, prior) => {
    const { role, database, objectType, privileges } = prior;
    if (role === null || database === null || objectType === null)
      throw new Error("a Grant cannot be imported; declare it, and it takes over what is granted");
    const withGrantOption = prior.withGrantOption ?? false;
    const known = { ...prior, role, database, objectType, withGrantOption };
    return readGrant(session, { ...known, privileges: privileges ?? [] }, privileges === null);
  },
  update: (session, _old, planned) => apply(session, planned),
  delete: async (session, old) => {
    await session.change((client) => replacePrivileges(client, old, []), old.database);
  },
});

async function apply(
  session: ServerSession,
  planned: GrantState,
): Promise<LiveObject<typeof grantSchema>> {
  const statements = grantStatements(planned);
  await session.change(
    (client) => replacePrivileges(client, planned, statements),
    planned.database,
  );
  const live = await readGrant(session, planned, false);
  if (live === undefined) throw new Error("what it grants on was dropped meanwhile");
  return live;
}

/** What does not go together in the inputs of a `Grant`. */
export function grantFaults(inputs: PropertyMap): Fault[] {
  const { objectType, schema, objects, role, withGrantOption } = inputs;
  const faults = privilegeFaults(inputs);
  if (objectType !== "database" && (schema === undefined || schema === ""))
    faults.push(fault("schema", '"schema" is needed, unless "objectType" is database'));
  if (!isAbsent(objects) && (objectType === "database" || objectType === "schema"))
    faults.push(fault("objects", `"objects" cannot be given where "objectType" is ${objectType}`));
  if (Array.isArray(objects)) {
    for (const [index, object] of objects.entries()) {
      if (typeof object === "string" && object.includes("("))
        faults.push(
          fault(
            `objects[${index}]`,
            `"${object}": functions with their arguments are not served by the offline plugin; leave "objects" out, or use the official plugin postgresql`,
          ),
        );
    }
  }
  if (role === "public" && withGrantOption === true)
    faults.push(fault("withGrantOption", '"withGrantOption" cannot be given to the role public'));
  return faults;
}

function fault(property: string, reason: string): Fault {
  return { property, reason };
}

/** A grant's id as the official plugin makes it: what is granted on, joined by underscores. */
export function grantId({
  role,
  database,
  schema,
  objectType,
  objects,
}: Pick<
  Observed<typeof grantSchema>,
  "role" | "database" | "schema" | "objectType" | "objects"
>): string {
  return [
    role,
    database,
    ...(objectType === "database" ? [] : [schema]),
    objectType,
    ...inTerraformOrder(objects ?? []),
  ].join("_");
}

/** Terraform goes through a set by the decimal digits of its elements' checksums. */
function inTerraformOrder(elements: readonly string[]): string[] {
  const key = (element: string) => String(crc32(element));
  return [...elements].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/**
 * A grant as the server has it: the declared privileges if every object has just these, else those of the first that has not.
 *
 * @param nothingDeclared the state has no list at all; it then keeps none while nothing is granted.
 * @returns undefined if the role, the database or the schema is gone.
 */
async function readGrant(
  session: ServerSession,
  grant: State<typeof grantSchema>,
  nothingDeclared: boolean,
): Promise<LiveObject<typeof grantSchema> | undefined> {
  return session.readWithin(grant.database, async (client) => {
    const role = await granteeOid(client, grant);
    if (role === undefined) return undefined;
    const type = objectTypeOf(grant.objectType);
    const present = await presentPrivileges(client, role, grant);
    const differing = present.find(
      ({ privileges }) => !samePrivileges(type, privileges, grant.privileges),
    );
    const declared = nothingDeclared ? null : grant.privileges;
    const privileges = differing === undefined ? declared : sortedStrings(differing.privileges);
    return { id: grantId(grant), state: { ...grant, privileges } };
  });
}

/** The GRANT of a grant; none if it grants nothing. */
export function grantStatements(grant: GrantState): string[] {
  if (grant.privileges.length === 0) return [];
  const privileges = privilegeList(objectTypeOf(grant.objectType), grant.privileges);
  const option = grant.withGrantOption ? " with grant option" : "";
  return [`grant ${privileges} on ${target(grant)} to ${grantee(grant.role)}${option}`];
}

/**
 * Takes away what the role may do with the objects that the grant is on.
 *
 * Of named objects only what is there is revoked: REVOKE ALL would take privileges on single columns too, which are not this
 * grant's.
 */
export function revokeStatements(
  grant: GrantState,
  present: readonly PresentPrivileges[],
): string[] {
  const from = grantee(grant.role);
  if (isEmpty(grant.objects)) return [`revoke all privileges on ${target(grant)} from ${from}`];
  return present
    .filter(({ privileges }) => privileges.length > 0)
    .map(({ name, privileges }) => {
      const list = privilegeList(objectTypeOf(grant.objectType), privileges);
      return `revoke ${list} on ${target({ ...grant, objects: [name] })} from ${from}`;
    });
}

function target({ database, schema, objectType, objects }: GrantState): string {
  const type = objectTypeOf(objectType);
  if (type === "database") return `database ${escapeIdentifier(database)}`;
  const quotedSchema = escapeIdentifier(schema ?? "");
  if (type === "schema") return `schema ${quotedSchema}`;
  if (isEmpty(objects)) return `all ${type}s in schema ${quotedSchema}`;
  return `${type} ${objects.map((name) => `${quotedSchema}.${escapeIdentifier(name)}`).join(", ")}`;
}

function isEmpty(objects: readonly string[] | null): objects is null {
  return objects === null || objects.length === 0;
}

/**
 * Takes away what a grant's role may do with the objects that it is on, then runs `grants`, within the caller's transaction:
 * nobody meets the role in between.
 */
async function replacePrivileges(
  client: PoolClient,
  grant: State<typeof grantSchema>,
  grants: readonly string[],
): Promise<void> {
  const role = await granteeOid(client, grant);
  // A role or a schema that is gone has no privileges; what is to be granted to it then fails with the server's own words.
  const present = role === undefined ? [] : await presentPrivileges(client, role, grant);
  const revokes = role === undefined ? [] : revokeStatements(grant, present);
  await actAs(client, await objectOwners(client, grant), async () => {
    for (const statement of [...revokes, ...grants]) await client.query(statement);
  });
}
