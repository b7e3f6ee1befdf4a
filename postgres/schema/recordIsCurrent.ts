import type { Client } from "pg";

import { tableExists } from "../migrations/tableExists";
import { readSql } from "../readSql";
import { recordFormatSql } from "./recordStatements";
import type { SchemaScope } from "./schemaObject";

/**
 * Whether the recorded schema is that of the ledger as it stands. It isn't after a migration run that was killed, before the
 * first one, and once the scope, the server's major version or this project's reading of the catalog is another.
 *
 * The session is the owner.
 */
export async function recordIsCurrent(client: Client, scope: SchemaScope): Promise<boolean> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return false;
  const { rows } = await client.query<{ current: boolean }>(
    readSql(__dirname, "recordIsCurrent").replace(":format", recordFormatSql(scope)),
  );
  return rows[0]?.current === true;
}
