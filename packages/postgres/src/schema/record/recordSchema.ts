import type { Client } from "pg";

import { createLedger } from "../../migrations/ledger";
import { type RecordReason, recordStatements } from "./recordStatements";
import type { SchemaScope } from "../schemaObject";

/**
 * Records the schema as it is, in a transaction of its own: where a migration run was killed before it could, where an
 * older version of this project made the schema, and where somebody accepts what was done by hand.
 *
 * The session is the owner, and no migration run is under way.
 *
 * @param because Why somebody accepts it; a record that a run should have made has no reason.
 */
export async function recordSchema(
  client: Client,
  scope: SchemaScope,
  because: RecordReason = {},
): Promise<void> {
  await createLedger(client);
  await client.query("begin");
  try {
    for (const statement of recordStatements(scope, because)) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
