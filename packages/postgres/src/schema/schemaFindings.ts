import type { SchemaChange } from "./catalog/compareSchema";
import { followedChange } from "./followedChange";
import { isInherited } from "./isInherited";
import { planRepair } from "./repair/planRepair";
import { renamedFrom } from "./renamedFrom";
import type { SchemaFinding } from "./schemaFinding";
import type { SchemaObject } from "./schemaObject";
import { describeFact, describeObject } from "./schemaPhrases";
import { repairSql } from "./repair/schemaRepair";
import { factRule, type SchemaChangeKind, type SchemaRule, schemaRules } from "./schemaRules";

/** Two states of a schema, and what is between them. */
export interface SchemaStates {
  changes: readonly SchemaChange[];
  expected: readonly SchemaObject[];
  actual: readonly SchemaObject[];
  /** Objects, as findings name them, that a pending migration makes official. */
  resolved?: ReadonlySet<string>;
}

/**
 * How the live schema differs from the recorded one, and what `up` does about it. Reads nothing but its arguments.
 *
 * What came with a change that holds data, such as the index of a column, is refused with it: to restore it alone
 * would fail, or undo half of what somebody did.
 */
export function schemaFindings(states: SchemaStates): SchemaFinding[] {
  const { changes, actual, resolved = new Set<string>() } = states;
  const partitioned = new Set(
    actual
      .filter(({ facts }) => (facts["partition key"] ?? null) !== null)
      .map(({ identity }) => identity),
  );
  const drafts = changes.flatMap((change) => draftsOf(change, states));
  const holding = drafts.filter(({ rule }) => rule === "refused").map(({ change }) => change);

  return drafts.map((draft): SchemaFinding => {
    const { change, facts, rule, ...named } = draft;
    const followed = rule === "automatic" ? followedChange(change, facts, holding) : undefined;
    const object = objectOf(change);
    const follows = followed === undefined ? {} : { follows: objectOf(followed) };
    const base = { ...named, object, change, facts, ...follows };

    const decided = [object, ...(followed === undefined ? [] : [objectOf(followed)])];
    if (decided.some((one) => resolved.has(one))) {
      const reason = "a pending migration makes it official";
      return { ...base, repair: "automatic", adopted: true, repairs: [], reason };
    }
    if (followed !== undefined) {
      const reason = `it goes with ${objectOf(followed)}`;
      return { ...base, repair: "refused", repairs: [], reason };
    }
    if (rule === "refused") {
      const reason = renamedFrom(change, states);
      return {
        ...base,
        repair: "refused",
        repairs: [],
        ...(reason === undefined ? {} : { reason }),
      };
    }
    if (isInherited(change, changes, actual)) return { ...base, repair: "automatic", repairs: [] };
    const isPartitioned = (table: string) => partitioned.has(table);
    const repair = planRepair(change, facts[0], isPartitioned);
    return { ...base, repair: "automatic", repairs: [repair], sql: repairSql(repair) };
  });
}

/** As findings name it: `column public.sites.region`. */
export function objectOf({ kind, identity }: Pick<SchemaChange, "kind" | "identity">): string {
  return `${kind} ${identity}`;
}

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
  return alteredFacts(change).map((facts) => alteredDraft(change, facts));
}

/** The facts that differ, those of one kind of difference together. */
function alteredFacts({ kind, facts }: SchemaChange): string[][] {
  const byKind = new Map<string, string[]>();
  for (const fact of facts) {
    // Whoever restores the definition makes the object anew, valid.
    if (fact === "valid" && facts.includes("definition")) continue;
    const name = factRule(kind, fact).kind;
    byKind.set(name, [...(byKind.get(name) ?? []), fact]);
  }
  return [...byKind.values()];
}

function alteredDraft(change: SchemaChange, facts: readonly string[]): Draft {
  const phrases = facts.map((fact) =>
    describeFact(fact, change.expected?.facts[fact] ?? null, change.actual?.facts[fact] ?? null),
  );
  return {
    change,
    facts,
    ...factRule(change.kind, facts[0] ?? ""),
    expected: phrases.map(([wanted]) => wanted).join(", "),
    actual: phrases.map(([, found]) => found).join(", "),
  };
}
