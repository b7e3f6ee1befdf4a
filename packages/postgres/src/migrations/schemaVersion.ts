import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { readLedger } from "./ledger";
import { numberOf } from "./numberOf";

/** Number of the last migration applied; 0 if none is. Needs no migrations folder. */
export async function schemaVersion(connection: Connection, owner: string): Promise<number> {
  return withClient(connection, "schema version", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    return numberOf((await readLedger(client)).at(-1)?.name);
  });
}
