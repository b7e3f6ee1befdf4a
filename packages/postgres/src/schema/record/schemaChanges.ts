import { loadModule, parseSync } from "libpg-query";
import type { Client } from "pg";

import { queryOwned } from "../../connection/sessionSettings";
import { digestedObjectsSql, readSchemaStamp, schemaTextSettings } from "../catalog/readSchema";
import {
  type ObjectKey,
  objectName,
  type SchemaObject,
  type SchemaObjectKind,
  schemaObjectKinds,
  schemaOf,
  type SchemaScope,
} from "../catalog/schemaObject";
import { readCurrentRecord } from "./schemaRecord";

/** One object that differs between two states of a schema. */
export interface SchemaChange {
  /** `missing`: expected, but not there. `added`: there, but not expected. */
  change: "added" | "missing" | "altered";
  kind: SchemaObjectKind;
  identity: string;
  /** Absent if the object was added. */
  expected?: SchemaObject;
  /** Absent if the object is missing. */
  actual?: SchemaObject;
  /** Names of the facts that differ, sorted; empty unless the object was altered. */
  facts: string[];
}

/** Two states of a schema, and how they differ. */
export interface SchemaStates {
  changes: readonly SchemaChange[];
  expected: readonly SchemaObject[];
  actual: readonly SchemaObject[];
}

/** An object in both states: as recorded, and as it is. */
type Pair = ObjectKey & Record<"expected" | "actual", Record<string, string | null> | null>;

/**
 * How the live schema differs from the record. Call it in a transaction as the owner, as `inSnapshot` does; it changes the
 * transaction's settings.
 *
 * If the catalog's stamp equals the recorded one, nothing differs, and PostgreSQL prints no definition. Otherwise the database
 * compares, and returns only what differs. Either way the number of queries is fixed, however large the schema.
 *
 * @returns undefined if no record can be compared: there is none, or it belongs to another state of the ledger, another
 *   scope or another server version. Record the schema first.
 */
export async function readSchemaChanges(
  client: Client,
  scope: SchemaScope,
): Promise<SchemaChange[] | undefined> {
  const record = await readCurrentRecord(client, scope);
  if (record === undefined) return undefined;
  if (record.stamp !== null && record.stamp === (await readSchemaStamp(client, scope))) return [];
  await client.query(schemaTextSettings);
  const { rows } = await queryOwned<Pair>(
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
  for (const pair of rows) await unifySpelling(pair);
  return compareSchema(
    rows.flatMap(({ expected, ...key }) => toObject(key, expected)),
    rows.flatMap(({ actual, ...key }) => toObject(key, actual)),
  );
}

/** Replaces texts that only spell the recorded definition differently. */
async function unifySpelling({ expected, actual }: Pair): Promise<void> {
  if (expected === null || actual === null) return;
  for (const name of ["default", "generated", "definition", "checks"]) {
    const [recorded, live] = [expected[name], actual[name]];
    if (typeof recorded !== "string" || typeof live !== "string" || recorded === live) continue;
    if (await sameDefinition(recorded, live)) actual[name] = recorded;
  }
}

/**
 * Whether PostgreSQL's grammar parses two texts of the catalog to the same thing.
 *
 * After a restore, PostgreSQL prints some expressions differently: `varchar in ('a')` first as a cast of an array, later as an
 * array of casts, and `(a or b) or c` without its parentheses. Neither is a difference.
 */
export async function sameDefinition(one: string, other: string): Promise<boolean> {
  await loadModule();
  return contexts.some((context) => {
    const [first, second] = [meaning(context, one), meaning(context, other)];
    return first !== undefined && first === second;
  });
}

/** What a text may be: a statement, an expression, a table's constraint, a domain's constraints. */
const contexts = [
  (text: string) => text,
  (text: string) => `select ${text}`,
  (text: string) => `alter table t add ${text}`,
  (text: string) =>
    text
      .split("\n")
      .map((line) => `alter domain d add ${line}`)
      .join(";"),
];

function meaning(context: (text: string) => string, text: string): string | undefined {
  try {
    return JSON.stringify(canonical(parseSync(context(text))));
  } catch {
    return undefined;
  }
}

type Tree = Record<string, unknown>;

/** A parse tree without positions, in which a cast of an array is a cast of each element. */
function canonical(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(canonical);
  if (!isTree(node)) return node;
  const pushed = pushCast(node);
  if (pushed !== undefined) return canonical(pushed);
  const entries = Object.entries(node).filter(([key]) => !positions.test(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, canonical(value)]));
}

const positions = /location$|^stmt_len$|^list_(start|end)$/;

/** `array[a, b]::text[]` as `array[a::text, b::text]`; undefined for anything else. */
function pushCast(node: Tree): Tree | undefined {
  const cast = node["TypeCast"];
  if (!isTree(cast) || !isTree(cast["arg"]) || !isTree(cast["typeName"])) return undefined;
  const array = cast["arg"]["A_ArrayExpr"];
  const { arrayBounds, ...element } = cast["typeName"];
  if (!isTree(array) || arrayBounds === undefined) return undefined;
  const elements = Array.isArray(array["elements"]) ? (array["elements"] as unknown[]) : [];
  const casted = elements.map((arg) => {
    const nested = isTree(arg) && "A_ArrayExpr" in arg;
    return { TypeCast: { arg, typeName: nested ? cast["typeName"] : element } };
  });
  return { A_ArrayExpr: { elements: casted } };
}

function isTree(node: unknown): node is Tree {
  return typeof node === "object" && node !== null;
}

function toObject(
  { kind, identity }: ObjectKey,
  facts: SchemaObject["facts"] | null,
): SchemaObject[] {
  return facts === null ? [] : [{ kind, identity, facts }];
}

/**
 * The objects that differ, in the order of a report. Reads nothing but its arguments, whose order doesn't matter.
 *
 * Left out is what comes or goes with its table, its schema or its partition's parent, and what a partition's trigger shares
 * with the trigger that it was cloned from.
 */
export function compareSchema(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
): SchemaChange[] {
  const found = new Map(actual.map((object) => [objectName(object), object]));
  const known = new Set(expected.map(objectName));

  const changes = [
    ...expected.flatMap((object) => changeOf(object, found.get(objectName(object)))),
    ...actual
      .filter((object) => !known.has(objectName(object)))
      .map((object): SchemaChange => ({ ...keyOf(object), change: "added", actual: object })),
  ];
  const all = new Map(changes.map((change) => [objectName(change), change]));
  return changes.filter((change) => !isImplied(change, all)).sort(inReportOrder);
}

function changeOf(expected: SchemaObject, actual: SchemaObject | undefined): SchemaChange[] {
  if (actual === undefined) return [{ ...keyOf(expected), change: "missing", expected }];
  const names = new Set([...Object.keys(expected.facts), ...Object.keys(actual.facts)]);
  const facts = [...names].filter((name) => differ(expected.facts[name], actual.facts[name]));
  if (facts.length === 0) return [];
  return [{ ...keyOf(expected), change: "altered", expected, actual, facts: facts.sort() }];
}

function keyOf({ kind, identity }: SchemaObject) {
  return { kind, identity, facts: [] };
}

function differ(expected: string | null = null, actual: string | null = null): boolean {
  return expected !== actual;
}

function isImplied(change: SchemaChange, all: ReadonlyMap<string, SchemaChange>): boolean {
  const { facts = {} } = change.expected ?? change.actual ?? {};
  const parent = all.get(objectName({ kind: "trigger", identity: facts["parent"] ?? "" }));
  if (parent?.change === change.change && parent.facts.join() === change.facts.join()) return true;
  if (change.change === "altered") return false;

  const table = facts["table"] ?? "";
  // A detached partition keeps copies of what its parent gave it, but no triggers.
  const whole = all.get(objectName({ kind: "table", identity: table }));
  if (change.kind !== "column" && whole?.facts.includes("partition of")) return true;
  const containers: ObjectKey[] = [
    ...tableKinds.map((kind) => ({ kind, identity: table })),
    { kind: "schema", identity: schemaOf(change.identity) },
    { kind: "schema", identity: schemaOf(table) },
  ];
  return containers
    .map(objectName)
    .some(
      (container) =>
        container !== objectName(change) && all.get(container)?.change === change.change,
    );
}

const tableKinds = ["table", "foreign table", "materialized view", "view"] as const;

function inReportOrder(one: SchemaChange, other: SchemaChange): number {
  const [first, second] = [one, other].map(({ kind }) => schemaObjectKinds.indexOf(kind));
  if (first !== second) return (first ?? 0) - (second ?? 0);
  return one.identity < other.identity ? -1 : 1;
}
