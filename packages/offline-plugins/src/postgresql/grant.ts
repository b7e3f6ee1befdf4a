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
 * `postgresql.Grant`: a role's privileges on a database, on a schema, or on all or named objects in a schema.
 *
 * All other privileges of the role there are revoked. Existing privileges are adopted.
 */
export const grant = resourceType<ServerSession, typeof grantSchema>({
  token: "postgresql:index/grant:Grant",
  schema: grantSchema,
  // Deleting the old grant last would revoke what the new one has granted on the same objects.
  deleteBeforeReplace: true,
  describe: (show) =>
    `the grant on ${show("objectType")} to ${show("role")} in schema ${show("schema")} of database ${show("database")}`,
  faults: grantFaults,
  create: apply,
  read: async (session, _id, prior) => {
    const { role, database, objectType, privileges } = prior;
    if (role === null || database === null || objectType === null)
      throw new Error(
        "a Grant cannot be imported; declare it, and the next update adopts the existing privileges",
      );
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
  if (live === undefined)
    throw new Error("the role, the schema or the database was dropped during the update");
  return live;
}

/**
 * Revokes the role's privileges on the grant's objects, then runs `grants`. Both happen in the caller's transaction, so no
 * session sees the role without privileges.
 */
async function replacePrivileges(
  client: PoolClient,
  grant: State<typeof grantSchema>,
  grants: readonly string[],
): Promise<void> {
  const role = await granteeOid(client, grant);
  // A missing role or schema has nothing to revoke. A GRANT then fails with the server's own message.
  const present = role === undefined ? [] : await presentPrivileges(client, role, grant);
  const revokes = role === undefined ? [] : revokeStatements(grant, present);
  await actAs(client, await objectOwners(client, grant), async () => {
    for (const statement of [...revokes, ...grants]) await client.query(statement);
  });
}

/**
 * The statements that revoke the role's privileges on the grant's objects.
 *
 * For named objects they list the present privileges: REVOKE ALL would also revoke privileges on single columns, which do not
 * belong to this grant.
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

/** The GRANT statement of a grant; empty if it grants nothing. */
export function grantStatements(grant: GrantState): string[] {
  if (grant.privileges.length === 0) return [];
  const privileges = privilegeList(objectTypeOf(grant.objectType), grant.privileges);
  const option = grant.withGrantOption ? " with grant option" : "";
  return [`grant ${privileges} on ${target(grant)} to ${grantee(grant.role)}${option}`];
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
 * Reads a grant: the declared privileges if every object has exactly these, otherwise those of the first object that differs.
 *
 * @param nothingDeclared the state has no list; it then stays without one while nothing is granted
 * @returns undefined if the role, the database or the schema is gone
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

/** A grant's id in the form of the official plugin: the role and what is granted on, joined by underscores. */
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

/** Terraform orders a set by its elements' checksums, compared as decimal text. */
function inTerraformOrder(elements: readonly string[]): string[] {
  const key = (element: string) => String(crc32(element));
  return [...elements].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Finds inputs of a `Grant` that contradict each other. */
export function grantFaults(inputs: PropertyMap): Fault[] {
  const { objectType, schema, objects, role, withGrantOption } = inputs;
  const faults = privilegeFaults(inputs);
  if (objectType !== "database" && (schema === undefined || schema === ""))
    faults.push(fault("schema", '"schema" is required unless "objectType" is database'));
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
