import type { PoolClient } from "pg";

import type { State } from "../protocol/resourceSchema";
import { actAs } from "./actAs";
import { granteeOid } from "./granteeOid";
import type { grantSchema } from "./grantSchema";
import { revokeStatements } from "./grantStatements";
import { objectOwners } from "./objectOwners";
import { presentPrivileges } from "./presentPrivileges";

/**
 * Takes away what a grant's role may do with the objects that it is on, then runs `grants`, within the caller's transaction:
 * nobody meets the role in between.
 */
export async function replacePrivileges(
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
