import { escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";
import { converge } from "../convergence/converge";
import { readUserLookup } from "./readUserLookup";
import { lookupFunction, type UserLookup, verifierTable } from "./userLookup";

/** Takes the pooler's access away, so that its roles can be dropped. With another login than a superuser's nothing happens. */
export async function removeUserLookup(connection: Connection, lookup: UserLookup): Promise<void> {
  const options = { purpose: "pooler", owner: connection.user };
  const role = escapeIdentifier(lookup.authenticator);
  await converge(connection, options, async (client) => {
    const found = await readUserLookup(client, lookup);
    if (!found.by_superuser) return [];
    return [
      ...(found.function === null ? [] : [{ sql: `drop routine ${lookupFunction}` }]),
      ...(found.privileges.length === 0
        ? []
        : [{ sql: `revoke all on table ${verifierTable} from ${role} cascade` }]),
    ];
  });
}
