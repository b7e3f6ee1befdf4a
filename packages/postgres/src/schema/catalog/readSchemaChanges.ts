import type { Client } from "pg";

import { askOwner } from "../../connection/sessionSettings";
import { compareSchema, type SchemaChange } from "./compareSchema";
import { readCurrentRecord } from "../record/readCurrentRecord";
import { sameDefinition } from "./sameDefinition";
import type { SchemaObject, SchemaScope } from "../schemaObject";
import { digestedObjectsSql, schemaStampSql, schemaTextSettings } from "./schemaObjectsSql";

/** An object on both sides: as it was recorded, and as it is. */
type Pair = Pick<SchemaObject, "kind" | "identity"> &
  Record<"expected" | "actual", Record<string, string | null> | null>;

/**
 * How the schema differs from what is recorded. The caller has begun a transaction as the owner, as `inSnapshot` does; its
 * settings are changed.
 *
 * Where the catalog's stamp is that of the record, nothing differs, and no definition is written down to know it. Else the
 * database compares, and brings only what differs. Either way it is a fixed number of queries, however large the schema.
 *
 * @returns undefined if there is nothing to compare with: no record, or one that another state of the ledger, another
 *   scope or another server version left. Then the schema is to be recorded first.
 */
export async function readSchemaChanges(
  client: Client,
  scope: SchemaScope,
): Promise<SchemaChange[] | undefined> {
  const record = await readCurrentRecord(client, scope);
  if (record === undefined) return undefined;
  if (record.stamp !== null && record.stamp === (await readStamp(client, scope))) return [];
  await client.query(schemaTextSettings);
  const { rows } = await askOwner<Pair>(
    client,
    `with live as materialized (${digestedObjectsSql(scope)})
     select coalesce(live.kind, recorded.kind) as kind,
            coalesce(live.identity, recorded.identity) as identity,
            recorded.facts as expected,
            case
              when live.kind is not null
                then pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(live.facts))
            end as actual
       from live
       full join hosterizer.schema_objects as recorded
         on recorded.kind = live.kind
        and recorded.identity = live.identity
      where recorded.digest is distinct from live.digest`,
  );
  for (const pair of rows) await overlookSpelling(pair);
  return compareSchema(
    rows.flatMap(({ expected, ...object }) => toObject(object, expected)),
    rows.flatMap(({ actual, ...object }) => toObject(object, actual)),
  );
}

async function readStamp(client: Client, scope: SchemaScope): Promise<string | undefined> {
  const { rows } = await client.query<{ stamp: string }>(schemaStampSql(scope));
  return rows[0]?.stamp;
}

/** Lets what is only spelt in another way be the same text. */
async function overlookSpelling({ expected, actual }: Pair): Promise<void> {
  if (expected === null || actual === null) return;
  for (const name of ["default", "generated", "definition", "checks"]) {
    const [one, other] = [expected[name], actual[name]];
    if (typeof one !== "string" || typeof other !== "string" || one === other) continue;
    if (await sameDefinition(one, other)) actual[name] = one;
  }
}

function toObject(
  { kind, identity }: Pick<SchemaObject, "kind" | "identity">,
  facts: SchemaObject["facts"] | null,
): SchemaObject[] {
  return facts === null ? [] : [{ kind, identity, facts }];
}
