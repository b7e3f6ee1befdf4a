import { join } from "node:path";

import { type Client, escapeLiteral } from "pg";

import { ledgerTable } from "../../migrations/ledger";
import { contextSchema } from "../../rowLevelSecurity/contextFunctions";
import { readSql } from "../../sql/readSql";
import type { SchemaObject, SchemaScope } from "./schemaObject";

/**
 * Reads the live schema in one query. Call it in a transaction, as `inSnapshot` does; it changes the transaction's settings.
 *
 * To compare with the record use `readSchemaChanges`, which compares in the database and fetches only what differs.
 */
export async function readSchema(client: Client, scope: SchemaScope): Promise<SchemaObject[]> {
  await client.query(schemaTextSettings);
  const { rows } = await client.query<SchemaObject>(
    `select kind, identity, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_object(facts)) as facts
       from (${schemaObjectsSql(scope)}) as live`,
  );
  return rows;
}

/** Reads the stamp of the live schema; see `schemaStampSql`. */
export async function readSchemaStamp(
  client: Client,
  scope: SchemaScope,
): Promise<string | undefined> {
  const { rows } = await client.query<{ stamp: string }>(schemaStampSql(scope));
  return rows[0]?.stamp;
}

/** A query for one value, `stamp`, that changes whenever any object in scope changes. */
export function schemaStampSql(scope: SchemaScope): string {
  return fillIn(readSql(__dirname, "schemaStamp"), scope);
}

/**
 * A query for all objects with a `digest` of their facts. Comparing digests is much faster than comparing JSON: with many
 * thousands of columns, JSON takes longer than everything else.
 */
export function digestedObjectsSql(scope: SchemaScope): string {
  return `select kind, identity, facts, pg_catalog.hash_array_extended(facts, 0) as digest
    from (${schemaObjectsSql(scope)}) as objects`;
}

/**
 * The query whose rows are the schema's objects: `kind`, `identity` and `facts`, an array that alternates names and values.
 *
 * It has no parameters and no semicolon, so that it can be a subquery and one of the statements of a migration. Its texts are
 * the same on every server only after `schemaTextSettings`.
 */
function schemaObjectsSql(scope: SchemaScope): string {
  const [inScope, ...queries] = ["inScope", ...kinds].map((name) => readSql(directory, name));
  const objects = queries.join("union all\n");
  return fillIn(
    `${inScope ?? ""}, objects (kind, identity, facts) as (${objects})
     select kind, identity, facts from objects`,
    scope,
  );
}

const directory = join(__dirname, "objects");

/** Queries in the folder `objects`. */
const kinds = [
  "schemas",
  "tables",
  "columns",
  "constraints",
  "indexes",
  "triggers",
  "rules",
  "statistics",
  "views",
  "sequences",
  "functions",
  "aggregates",
  "operators",
  "casts",
  "enums",
  "domains",
  "compositeTypes",
  "rangeTypes",
  "eventTriggers",
] as const;

/** Replaces `:schemas`, `:owner` and `:elsewhere`, and removes comments. */
function fillIn(sql: string, { schemas, owner }: SchemaScope): string {
  const values = {
    schemas: array(schemas.filter((schema) => !elsewhere.includes(schema))),
    owner: escapeLiteral(owner),
    elsewhere: array(elsewhere),
  };
  return sql
    .replace(/--.*/g, "")
    .replace(/(?<!:):(schemas|owner|elsewhere)\b/g, (_, name: keyof typeof values) => values[name]);
}

/** Schemas whose contents converge elsewhere. */
const elsewhere: readonly string[] = [ledgerTable.schema, contextSchema];

function array(values: readonly string[]): string {
  return `array[${values.map((value) => escapeLiteral(value)).join(", ")}]::text[]`;
}

/** Statements that fix, for the rest of the transaction, how PostgreSQL prints expressions of the catalog. */
export const schemaTextSettings = Object.entries({
  search_path: "",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
  quote_all_identifiers: "off",
  // Compiling the query takes longer than running it.
  jit: "off",
})
  .map(([name, value]) => `set local ${name} = '${value}'`)
  .join(";\n");
