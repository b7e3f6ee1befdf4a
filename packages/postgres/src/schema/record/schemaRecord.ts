import { type Client, escapeLiteral } from "pg";

import { queryOwned } from "../../connection/sessionSettings";
import { createLedger, tableExists } from "../../migrations/ledger";
import { readSql } from "../../sql/readSql";
import { digestedObjectsSql, schemaStampSql, schemaTextSettings } from "../catalog/readSchema";
import type { ObjectKey, SchemaObject, SchemaScope } from "../catalog/schemaObject";

/** The recorded schema. */
interface SchemaRecord {
  /** Number of the last migration that was applied when it was recorded. */
  version: number;
  recordedAt: Date;
  recordedBy: string;
  /** Why someone accepted this state; null: a migration run recorded it. */
  reason: string | null;
  objects: SchemaObject[];
}

/** Reads the whole record; undefined if there is none. The session is the owner. Writes nothing. */
export async function readRecord(client: Client): Promise<SchemaRecord | undefined> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return undefined;
  const { rows } = await queryOwned<SchemaRecord>(
    client,
    `select version, recorded_at as "recordedAt", recorded_by as "recordedBy", reason
       from hosterizer.schema_records
      order by id desc
      limit 1`,
  );
  const [record] = rows;
  if (record === undefined) return undefined;
  const objects = await queryOwned<SchemaObject>(
    client,
    "select kind, identity, facts from hosterizer.schema_objects",
  );
  return { ...record, objects: objects.rows };
}

/** A record that the live schema can be compared with. */
interface CurrentRecord {
  /** The catalog's stamp when the schema was recorded; null if unknown. */
  stamp: string | null;
}

/**
 * Reads the record if it matches the ledger. It does not before the first migration run, after a run that was killed, and
 * when the scope, the server's major version or this project's way of reading the catalog has changed.
 *
 * The session is the owner.
 */
export async function readCurrentRecord(
  client: Client,
  scope: SchemaScope,
): Promise<CurrentRecord | undefined> {
  if (!(await tableExists(client, "hosterizer.schema_objects"))) return undefined;
  const { rows } = await queryOwned<CurrentRecord>(
    client,
    readSql(__dirname, "currentRecord").replace(":format", recordFormatSql(scope)),
  );
  return rows[0];
}

/** Which state is recorded, and why. */
interface RecordReason {
  /** Number of the last applied migration. Default: the ledger's, when the statements run. */
  version?: number;
  /** Why someone accepts the schema as it is; absent: a migration run produced it. */
  reason?: string;
}

/**
 * Records the schema as it is, in its own transaction: after a migration run that was killed before it could, in a database
 * that an older version of this project migrated, and where someone accepts manual changes.
 *
 * The session is the owner, and no migration run is in progress.
 *
 * @param because Why someone accepts it. A record that a migration run should have made has no reason.
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

/**
 * The statements that make the live schema the expected one. They belong in the transaction that commits the last migration,
 * as the owner, so that the record and the ledger never describe different states.
 *
 * Unchanged objects are not written again. The transaction's settings change.
 */
export function recordStatements(scope: SchemaScope, { version, reason }: RecordReason): string[] {
  const ofLedger = `(select coalesce(pg_catalog.max(pg_catalog.left(name, 6)::integer), 0)
    from hosterizer.schema_migrations)`;
  const values = [
    version === undefined ? ofLedger : version.toFixed(0),
    recordFormatSql(scope),
    reason === undefined ? "null" : escapeLiteral(reason),
  ];
  return [
    schemaTextSettings,
    `with live as materialized (${digestedObjectsSql(scope)}),
     gone as (
       delete from hosterizer.schema_objects as recorded
        where not exists (
          select
            from live
           where live.kind = recorded.kind
             and live.identity = recorded.identity
        )
     )
     ${upsertLive}
      where not exists (
        select
          from hosterizer.schema_objects as recorded
         where recorded.kind = live.kind
           and recorded.identity = live.identity
           and recorded.digest = live.digest
      )
     ${replaceFacts}`,
    `insert into hosterizer.schema_records (version, format, reason, stamp)
     values (${values.join(", ")}, (${schemaStampSql(scope)}))`,
  ];
}

/**
 * Records some objects as they are and removes those that no longer exist from the record; the rest stays as recorded. Call
 * it in a transaction of the owner; it changes the transaction's settings.
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
     ${upsertLive}
       join accepted using (kind, identity)
     ${replaceFacts}`,
    [objects.map(({ kind }) => kind), objects.map(({ identity }) => identity)],
  );
  // Version and format stay: only these objects are accepted, so there is no stamp of the whole.
  await client.query(
    `insert into hosterizer.schema_records (version, format, reason)
     select version, format, $1
       from hosterizer.schema_records
      order by id desc
      limit 1`,
    [reason],
  );
}

const upsertLive = `insert into hosterizer.schema_objects (kind, identity, facts, digest)
     select live.kind,
            live.identity,
            pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(live.facts)),
            live.digest
       from live`;
const replaceFacts =
  "on conflict (kind, identity) do update set facts = excluded.facts, digest = excluded.digest";

/** Raise it when a fact is added, dropped or printed differently: older records cannot be compared then. */
const layout = 2;

/** An expression that says which records can be compared with each other. */
function recordFormatSql({ schemas, owner }: SchemaScope): string {
  const scope = [...schemas].sort().join(", ");
  const text = escapeLiteral(`layout ${layout}, schemas ${scope}, owner ${owner}, PostgreSQL `);
  return `(${text} || pg_catalog.current_setting('server_version_num')::integer / 10000)`;
}
