import { type SchemaObject, type SchemaObjectKind, schemaObjectKinds } from "../schemaObject";

/** One object that differs between two states of a schema. */
export interface SchemaChange {
  /** Seen from what is expected: `missing` is expected and not there, `added` is there and not expected. */
  change: "added" | "missing" | "altered";
  kind: SchemaObjectKind;
  identity: string;
  /** Absent if it was added. */
  expected?: SchemaObject;
  /** Absent if it is missing. */
  actual?: SchemaObject;
  /** Names of the facts that differ, sorted; none unless it was altered. */
  facts: string[];
}

/**
 * The objects that differ, in the order of a report. Reads nothing but its arguments, whose order doesn't matter.
 *
 * What comes or goes with a table, a schema or a partition's parent isn't reported beside it, nor what a partition's trigger
 * shares with the one that it has it from.
 */
export function compareSchema(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
): SchemaChange[] {
  const found = new Map(actual.map((object) => [keyOf(object), object]));
  const known = new Set(expected.map(keyOf));

  const changes = [
    ...expected.flatMap((object): SchemaChange[] => changeOf(object, found.get(keyOf(object)))),
    ...actual
      .filter((object) => !known.has(keyOf(object)))
      .map((object): SchemaChange => ({ ...naming(object), change: "added", actual: object })),
  ];
  const all = new Map(changes.map((change) => [keyOf(change), change]));
  return changes.filter((change) => !isImplied(change, all)).sort(inReport);
}

function changeOf(expected: SchemaObject, actual: SchemaObject | undefined): SchemaChange[] {
  if (actual === undefined) return [{ ...naming(expected), change: "missing", expected }];
  const names = new Set([...Object.keys(expected.facts), ...Object.keys(actual.facts)]);
  const facts = [...names].filter((name) => differ(expected.facts[name], actual.facts[name]));
  if (facts.length === 0) return [];
  return [{ ...naming(expected), change: "altered", expected, actual, facts: facts.sort() }];
}

function naming({ kind, identity }: SchemaObject) {
  return { kind, identity, facts: [] };
}

function differ(expected: string | null = null, actual: string | null = null): boolean {
  return expected !== actual;
}

function isImplied(change: SchemaChange, all: ReadonlyMap<string, SchemaChange>): boolean {
  const { facts = {} } = change.expected ?? change.actual ?? {};
  const parent = all.get(keyOf({ kind: "trigger", identity: facts["parent"] ?? "" }));
  if (parent?.change === change.change && parent.facts.join() === change.facts.join()) return true;
  if (change.change === "altered") return false;

  const table = facts["table"] ?? "";
  // A partition leaves with copies of what its parent gave to it, and without triggers.
  const whole = all.get(keyOf({ kind: "table", identity: table }));
  if (change.kind !== "column" && whole?.facts.includes("partition of")) return true;
  const containers = [
    ...tableKinds.map((kind) => ({ kind, identity: table })),
    { kind: "schema" as const, identity: schemaOf(change.identity) },
    { kind: "schema" as const, identity: schemaOf(table) },
  ];
  return containers.some(
    (container) =>
      keyOf(container) !== keyOf(change) && all.get(keyOf(container))?.change === change.change,
  );
}

const tableKinds = ["table", "foreign table", "materialized view", "view"] as const;

/** The schema in a qualified name; a constraint's or a trigger's own name has none. */
function schemaOf(identity: string): string {
  return /^(?<schema>"(?:[^"]|"")*"|[^".\s(]+)\./.exec(identity)?.groups?.["schema"] ?? "";
}

function keyOf({ kind, identity }: Pick<SchemaObject, "kind" | "identity">): string {
  return `${kind} ${identity}`;
}

function inReport(one: SchemaChange, other: SchemaChange): number {
  const [first, second] = [one, other].map(({ kind }) => schemaObjectKinds.indexOf(kind));
  if (first !== second) return (first ?? 0) - (second ?? 0);
  return one.identity < other.identity ? -1 : 1;
}
