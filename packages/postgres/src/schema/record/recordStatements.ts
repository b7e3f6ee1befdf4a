import { escapeLiteral } from "pg";

import type { SchemaScope } from "../schemaObject";
import {
  digestedObjectsSql,
  schemaStampSql,
  schemaTextSettings,
} from "../catalog/schemaObjectsSql";

/** Why a record is made, and of what. */
export interface RecordReason {
  /** Number of the last migration that is applied. Default: that of the ledger as the statements find it. */
  version?: number;
  /** Why somebody accepts the schema as it is; absent: a migration run made it so. */
  reason?: string;
}

/**
 * The statements that record the schema as the expected one, for a transaction of the owner: the one in which a migration
 * commits, so that the record is never of another state than the ledger.
 *
 * What is recorded already isn't written again. The transaction's settings are changed.
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
     insert into hosterizer.schema_objects (kind, identity, facts, digest)
     select live.kind,
            live.identity,
            pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(live.facts)),
            live.digest
       from live
      where not exists (
        select
          from hosterizer.schema_objects as recorded
         where recorded.kind = live.kind
           and recorded.identity = live.identity
           and recorded.digest = live.digest
      )
     on conflict (kind, identity) do update set facts = excluded.facts, digest = excluded.digest`,
    `insert into hosterizer.schema_records (version, format, reason, stamp)
     values (${values.join(", ")}, (${schemaStampSql(scope)}))`,
  ];
}

/** To be raised when a fact is added, dropped or written in another way: records of an older one can't be compared. */
const layout = 2;

/** An expression that names what a record can be compared with. */
export function recordFormatSql({ schemas, owner }: SchemaScope): string {
  const scope = [...schemas].sort().join(", ");
  const text = escapeLiteral(`layout ${layout}, schemas ${scope}, owner ${owner}, PostgreSQL `);
  return `(${text} || pg_catalog.current_setting('server_version_num')::integer / 10000)`;
}
