import type { Connection } from "../connection/connection";
import { converge } from "../convergence/converge";
import { planUserLookup } from "./planUserLookup";
import { readUserLookup } from "./readUserLookup";
import type { UserLookup } from "./userLookup";

/**
 * Makes the pooler's access as declared, in one transaction.
 *
 * @param connection a superuser's; with another one all is left as it is, and shows as drift.
 */
export async function applyUserLookup(connection: Connection, lookup: UserLookup): Promise<void> {
  const options = { purpose: "pooler", owner: connection.user };
  await converge(connection, options, async (client) =>
    planUserLookup(await readUserLookup(client, lookup), lookup),
  );
}
