import type { State } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import { grantFaults } from "./grantFaults";
import { grantSchema } from "./grantSchema";
import { grantStatements } from "./grantStatements";
import { readGrant } from "./readGrant";
import { replacePrivileges } from "./replacePrivileges";
import type { ServerSession } from "./serverSession";

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
