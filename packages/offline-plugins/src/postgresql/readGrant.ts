import type { State } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/sortedSet";
import { granteeOid } from "./granteeOid";
import { grantId } from "./grantId";
import type { grantSchema } from "./grantSchema";
import { presentPrivileges } from "./presentPrivileges";
import { objectTypeOf, samePrivileges } from "./privileges";
import type { ServerSession } from "./serverSession";

/**
 * A grant as the server has it: the declared privileges if every object has just these, else those of the first that has not.
 *
 * @param nothingDeclared the state has no list at all; it then keeps none while nothing is granted.
 * @returns undefined if the role, the database or the schema is gone.
 */
export async function readGrant(
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
