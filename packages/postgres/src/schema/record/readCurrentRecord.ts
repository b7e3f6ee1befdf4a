import type { Client } from "pg";

import { askOwner } from "../../connection/askOwner";
import { tableExists } from "../../migrations/ledger";
import { readSql } from "../../sql/readSql";
import { recordFormatSql } from "./recordStatements";
import type { SchemaScope } from "../schemaObject";

/** A record that the schema can be compared with. */
export interface CurrentRecord {
  /** Of the catalog as it was; null if it isn't known. */
  stamp: string | null;
}

/**
 * The record, if it is that of the ledger as it stands. It isn't after a migration run that was killed, before the first
 * one, and once the scope, the server's major version or this project's reading of the catalog is another.
 *
 * The session is the owner.
 */
export async function readCurrentRecord(
  client: Client,
  scope: SchemaScope,
): Promise<CurrentRecord | undefined> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return undefined;
  const { rows } = await askOwner<CurrentRecord>(
    client,
    readSql(__dirname, "currentRecord").replace(":format", recordFormatSql(scope)),
  );
  return rows[0];
}
