import type { Client } from "pg";

import type { ObjectKey, SchemaScope } from "../schemaObject";
import { digestedObjectsSql, schemaTextSettings } from "../catalog/schemaObjectsSql";

/**
 * Records some objects as they are, those that aren't there as gone; the rest of the record stays. For a transaction of the
 * owner, whose settings are changed.
 */
export async function recordObjects(
  client: Client,
  scope: SchemaScope,
  objects: readonly ObjectKey[],
  reason: string,
): Promise<void> {
  await client.query(schemaTextSettings);
  await client.query(
    `with live as materialized (${digestedObjectsSql(scope)}),
     accepted (kind, identity) as (
       select * from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]))
     ),
     gone as (
       delete from hosterizer.schema_objects as recorded
        using accepted
        where recorded.kind = accepted.kind
          and recorded.identity = accepted.identity
          and not exists (
            select
              from live
             where live.kind = accepted.kind
               and live.identity = accepted.identity
          )
     )
     insert into hosterizer.schema_objects (kind, identity, facts, digest)
     select live.kind,
            live.identity,
            pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(live.facts)),
            live.digest
       from live
       join accepted using (kind, identity)
     on conflict (kind, identity) do update set facts = excluded.facts, digest = excluded.digest`,
    [objects.map(({ kind }) => kind), objects.map(({ identity }) => identity)],
  );
  // The same record otherwise: of the same version, read in the same way.
  await client.query(
    `insert into hosterizer.schema_records (version, format, reason)
     select version, format, $1
       from hosterizer.schema_records
      order by id desc
      limit 1`,
    [reason],
  );
}
