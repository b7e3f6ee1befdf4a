import type { Finding } from "../convergence/difference";
import { columnsOf, objectName, type SchemaObject } from "./catalog/schemaObject";
import type { SchemaChange, SchemaStates } from "./record/schemaChanges";
import { causeOf, isInherited, renameHint } from "./relatedChanges";
import { columnDefinition } from "./repair/objectStatements";
import { planRepair } from "./repair/planRepair";
import { repairSql, type SchemaRepair } from "./repair/schemaRepair";
import { factRule, type SchemaChangeKind, type SchemaRule, schemaRules } from "./schemaRules";

/** A difference between the recorded schema and the live one, with the change behind it. */
export interface SchemaFinding extends Finding {
  change: SchemaChange;
  /** The facts of an altered object that it is about. */
  facts: readonly string[];
  /** The object whose change caused this one, as findings name it. */
  follows?: string;
  /** Whether a pending migration makes it official. */
  adopted?: true;
  /** What restores the object; empty if `up` refuses, or if something else restores it. */
  repairs: readonly SchemaRepair[];
}

/**
 * How the live schema differs from the recorded one, and what `up` does about it. Reads nothing but its arguments.
 *
 * A change that was caused by one that holds data, such as the index of a dropped column, is refused with it: restoring it
 * alone would fail, or undo half of what someone did.
 *
 * @param resolved Objects, as findings name them, that a pending migration makes official.
 */
export function schemaFindings(
  states: SchemaStates,
  resolved: ReadonlySet<string> = new Set(),
): SchemaFinding[] {
  const { changes, actual } = states;
  const partitioned = new Set(
    actual
      .filter(({ facts }) => (facts["partition key"] ?? null) !== null)
      .map(({ identity }) => identity),
  );
  const drafts = changes.flatMap((change) => draftsOf(change, states));
  const causes = drafts.filter(({ rule }) => rule === "refused").map(({ change }) => change);

  return drafts.map(({ change, facts, rule, ...described }): SchemaFinding => {
    const cause = rule === "automatic" ? causeOf(change, facts, causes) : undefined;
    const object = objectName(change);
    const follows = cause === undefined ? {} : { follows: objectName(cause) };
    const base = { ...described, object, change, facts, repairs: [], ...follows };

    if (resolved.has(object) || (cause !== undefined && resolved.has(objectName(cause)))) {
      const reason = "a pending migration makes it official";
      return { ...base, repair: "automatic", adopted: true, reason };
    }
    if (cause !== undefined) {
      return { ...base, repair: "refused", reason: `it goes with ${objectName(cause)}` };
    }
    if (rule === "refused") {
      const reason = renameHint(change, states);
      return { ...base, repair: "refused", ...(reason === undefined ? {} : { reason }) };
    }
    if (isInherited(change, changes, actual)) return { ...base, repair: "automatic" };
    const repair = planRepair(change, facts[0], (table) => partitioned.has(table));
    return { ...base, repair: "automatic", repairs: [repair], sql: repairSql(repair) };
  });
}

/** One finding, before it is known what `up` does about it. */
interface Draft {
  change: SchemaChange;
  facts: readonly string[];
  kind: SchemaChangeKind;
  rule: SchemaRule;
  expected: string | null;
  actual: string | null;
}

function draftsOf(change: SchemaChange, states: SchemaStates): Draft[] {
  if (change.change !== "altered") {
    const { kind, expected, actual } = change;
    const isPartition = ((expected ?? actual)?.facts["partition of"] ?? null) !== null;
    return [
      {
        change,
        facts: [],
        kind: `${isPartition ? "partition" : kind} ${change.change}`,
        rule: schemaRules[kind][change.change],
        expected: expected === undefined ? null : describeObject(expected, states.expected),
        actual: actual === undefined ? null : describeObject(actual, states.actual),
      },
    ];
  }
  return groupFacts(change).map((facts) => draftOfFacts(change, facts));
}

/** The facts that differ, grouped by kind of difference. */
function groupFacts({ kind, facts }: SchemaChange): string[][] {
  const byKind = new Map<string, string[]>();
  for (const fact of facts) {
    // Restoring the definition creates a valid object.
    if (fact === "valid" && facts.includes("definition")) continue;
    const name = factRule(kind, fact).kind;
    byKind.set(name, [...(byKind.get(name) ?? []), fact]);
  }
  return [...byKind.values()];
}

function draftOfFacts(change: SchemaChange, facts: readonly string[]): Draft {
  const phrases = facts.map((fact) =>
    describeFact(fact, change.expected?.facts[fact] ?? null, change.actual?.facts[fact] ?? null),
  );
  return {
    change,
    facts,
    ...factRule(change.kind, facts[0] ?? ""),
    expected: phrases.map(([expected]) => expected).join(", "),
    actual: phrases.map(([, actual]) => actual).join(", "),
  };
}

/**
 * An object in one phrase.
 *
 * @param objects All objects of its state, for the columns of a table.
 */
function describeObject(object: SchemaObject, objects: readonly SchemaObject[]): string {
  const { kind, identity, facts } = object;
  switch (kind) {
    case "column":
      return `type ${columnDefinition(facts)}`;
    case "constraint":
    case "index":
    case "statistics":
    case "trigger":
    case "rule":
      return cut(oneLine(facts["definition"] ?? ""));
    case "enum":
      return `labels ${cut(facts["labels"] ?? "")}`;
    case "domain":
      return `type ${facts["type"] ?? ""}`;
    case "type":
      return `attributes ${cut(facts["attributes"] ?? "")}`;
    case "sequence":
      return `type ${facts["type"] ?? ""}, increment ${facts["increment"] ?? ""}`;
    case "table":
      return facts["partition of"]
        ? `partition of ${facts["partition of"]}`
        : cut(
            `columns ${columnsOf(identity, objects)
              .map((column) => column.facts["name"] ?? "")
              .join(", ")}`,
          );
    default:
      return `${article(kind)} ${kind}`;
  }
}

/** The expected and the actual value of a fact, as two phrases that show where they first differ. */
function describeFact(
  fact: string,
  expected: string | null,
  actual: string | null,
): readonly [string, string] {
  const texts = [expected, actual].map((value) => (value === null ? null : oneLine(value)));
  const [wanted = null, found = null] = texts;
  const start = firstDifference(wanted ?? "", found ?? "");
  return [phrase(fact, wanted, start), phrase(fact, found, start)];
}

function phrase(fact: string, value: string | null, start: number): string {
  if (value === null) return absent[fact] ?? `no ${fact}`;
  const shown = cut(value, start);
  if (bare.has(fact)) return shown;
  if (fact === "comment") return `comment '${shown}'`;
  return `${fact === "generated" ? "generated as" : fact} ${shown}`;
}

// These values need no name.
const bare = new Set(["definition", "valid", "enabled", "not null", "persistence", "checks"]);
const absent: Readonly<Record<string, string>> = {
  "not null": "nullable",
  checks: "no check",
  "partition of": "no partition",
  cycle: "NO CYCLE",
};

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** A difference is one line, so longer texts are cut around the first character that differs. */
const longest = 160;

function cut(text: string, start = 0): string {
  if (text.length <= longest) return text;
  // A little of what they share shows where in the text it is.
  const from = Math.max(0, Math.min(start - 40, text.length - longest));
  const shown = text.slice(from, from + longest);
  return `${from > 0 ? "…" : ""}${shown}${from + longest < text.length ? "…" : ""}`;
}

function firstDifference(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index++;
  return index;
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? "an" : "a";
}
