import type { Connection } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import type { LookupFinding } from "./lookupFinding";
import { planUserLookup } from "./planUserLookup";
import { readUserLookup } from "./readUserLookup";
import type { UserLookup } from "./userLookup";

/** Where the pooler's access has left the declaration. Changes nothing. */
export function readLookupDrift(
  connection: Connection,
  lookup: UserLookup,
): Promise<LookupFinding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, undefined, async (client) =>
      planUserLookup(await readUserLookup(client, lookup), lookup),
    ),
  );
}
