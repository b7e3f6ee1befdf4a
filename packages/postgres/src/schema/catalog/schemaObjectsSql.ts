import { join } from "node:path";

import { escapeLiteral } from "pg";

import { ledgerTable } from "../../migrations/ledger";
import { readSql } from "../../sql/readSql";
import { contextSchema } from "../../rowLevelSecurity/contextFunctions";
import type { SchemaScope } from "../schemaObject";

const directory = join(__dirname, "objects");

/** A query of each, in the folder `objects`. */
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

/**
 * The query whose rows are the schema's objects: `kind`, `identity` and `facts`, an array of names and values in turn. It
 * has no parameters and no semicolon, so that it can stand inside another statement and among those that migrations send.
 *
 * Its texts are the same everywhere only after `schemaTextSettings`.
 */
export function schemaObjectsSql(scope: SchemaScope): string {
  const [scoped, ...queries] = ["inScope", ...kinds].map((name) => readSql(directory, name));
  const objects = queries.join("union all\n");
  return inScope(
    `${scoped ?? ""}, objects (kind, identity, facts) as (${objects})
     select kind, identity, facts from objects`,
    scope,
  );
}

/**
 * The same with a `digest` of each object's facts, which is compared in the place of them: JSON of many thousands of
 * columns takes longer than all the rest.
 */
export function digestedObjectsSql(scope: SchemaScope): string {
  return `select kind, identity, facts, pg_catalog.hash_array_extended(facts, 0) as digest
    from (${schemaObjectsSql(scope)}) as objects`;
}

/** The query of one value, `stamp`, that is another one as soon as any of these objects has changed. */
export function schemaStampSql(scope: SchemaScope): string {
  return inScope(readSql(__dirname, "schemaStamp"), scope);
}

function inScope(sql: string, { schemas, owner }: SchemaScope): string {
  const values = {
    schemas: array(schemas.filter((schema) => !elsewhere.includes(schema))),
    owner: escapeLiteral(owner),
    elsewhere: array(elsewhere),
  };
  return sql
    .replace(/--.*/g, "")
    .replace(/(?<!:):(schemas|owner|elsewhere)\b/g, (_, name: keyof typeof values) => values[name]);
}

// What is in these schemas converges by other means.
const elsewhere: readonly string[] = [ledgerTable.schema, contextSchema];

function array(values: readonly string[]): string {
  return `array[${values.map((value) => escapeLiteral(value)).join(", ")}]::text[]`;
}

/** Sets, for the rest of the transaction, what decides how the catalog's expressions are written. */
export const schemaTextSettings = Object.entries({
  search_path: "",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
  quote_all_identifiers: "off",
  // To compile the query takes longer than to run it.
  jit: "off",
})
  .map(([name, value]) => `set local ${name} = '${value}'`)
  .join(";\n");
