import type { Client } from "pg";

import type { SchemaObject, SchemaScope } from "../schemaObject";
import { schemaObjectsSql, schemaTextSettings } from "./schemaObjectsSql";

/**
 * The schema as it is, in one query. The caller has begun a transaction, as `inSnapshot` does; its settings are changed.
 *
 * To compare with what is recorded, `readSchemaChanges` does it in the database, and brings only what differs.
 */
export async function readSchema(client: Client, scope: SchemaScope): Promise<SchemaObject[]> {
  await client.query(schemaTextSettings);
  const { rows } = await client.query<SchemaObject>(
    `select kind, identity, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(facts)) as facts
       from (${schemaObjectsSql(scope)}) as live`,
  );
  return rows;
}
