import type { Client } from "pg";

import { askOwner } from "../../connection/askOwner";
import { tableExists } from "../../migrations/ledger";
import type { SchemaObject } from "../schemaObject";

/** The schema as it was recorded last. */
export interface SchemaRecord {
  /** Number of the last migration that was applied then. */
  version: number;
  recordedAt: Date;
  recordedBy: string;
  /** Why somebody accepted it; null: a migration run recorded it. */
  reason: string | null;
  objects: SchemaObject[];
}

/** The recorded schema, whole; undefined if there is none. The session is the owner. Writes nothing. */
export async function readRecord(client: Client): Promise<SchemaRecord | undefined> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return undefined;
  const { rows } = await askOwner<SchemaRecord>(
    client,
    `select version, recorded_at as "recordedAt", recorded_by as "recordedBy", reason
       from hosterizer.schema_records
      order by id desc
      limit 1`,
  );
  const [record] = rows;
  if (record === undefined) return undefined;
  const objects = await askOwner<SchemaObject>(
    client,
    "select kind, identity, facts from hosterizer.schema_objects",
  );
  return { ...record, objects: objects.rows };
}
