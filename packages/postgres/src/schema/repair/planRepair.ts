import { commentStatement, nounOf } from "./commentStatement";
import type { SchemaChange } from "../catalog/compareSchema";
import { columnCommentStatements } from "./columnComments";
import { createStatements, enabledStatement } from "./createStatements";
import { optionStatements } from "./optionStatements";
import { planColumnRepair } from "./planColumnRepair";
import { planConstraintRepair } from "./planConstraintRepair";
import { planDomainRepair } from "./planDomainRepair";
import { planIndexRepair } from "./planIndexRepair";
import type { SchemaObject, SchemaObjectKind } from "../schemaObject";
import type { RepairPhase, SchemaRepair } from "./schemaRepair";

/**
 * What puts one change right, never by CASCADE, never by touching a row.
 *
 * @param fact Which of the facts of an altered object; undefined: the object was added or is missing.
 * @param isPartitioned Whether a table is partitioned.
 */
export function planRepair(
  change: SchemaChange,
  fact: string | undefined,
  isPartitioned: (table: string) => boolean,
): SchemaRepair {
  const { kind, identity, expected } = change;
  const object = `${kind} ${identity}`;
  const together = (phase: RepairPhase, transaction: readonly string[]): SchemaRepair => ({
    phase,
    object,
    actions: [{ transaction }],
  });

  if (expected !== undefined && fact === "comment") {
    return together("properties", [commentStatement(expected)]);
  }
  if (kind === "index") return planIndexRepair(change, isPartitioned);
  if (kind === "constraint") return planConstraintRepair(change, isPartitioned);
  if (expected === undefined) {
    const drop = together(dropPhase(kind), [dropStatement(change)]);
    return kind === "event trigger" ? { ...drop, by: "deployer" } : drop;
  }
  if (fact === undefined) return together(phaseOf(kind), createStatements(expected));

  switch (kind) {
    case "column":
      return planColumnRepair(expected, fact);
    case "domain":
      return planDomainRepair(change, fact);
    case "function":
    case "procedure":
    case "aggregate":
    case "view":
      return replace(change, expected, fact);
    case "operator":
    case "cast":
      return together(phaseOf(kind), [dropStatement(change), ...createStatements(expected)]);
    case "trigger":
    case "rule":
      if (fact === "enabled") return together("triggers", [enabledStatement(expected)]);
      return together("triggers", [dropStatement(change), ...createStatements(expected)]);
    case "statistics":
      return together("properties", [dropStatement(change), ...createStatements(expected)]);
    default:
      return together("properties", propertyStatements(change, expected, fact));
  }
}

function replace(change: SchemaChange, expected: SchemaObject, fact: string): SchemaRepair {
  const { kind, identity } = change;
  const made = { phase: phaseOf(kind), object: `${kind} ${identity}` };
  if (kind === "view" && (fact === "options" || fact === "column comments")) {
    const transaction = propertyStatements(change, expected, fact);
    return { ...made, phase: "properties", actions: [{ transaction }] };
  }
  const instead = [dropStatement(change), ...createStatements(expected)];
  const [create = "", ...rest] = createStatements(expected);
  const transaction = [create.replace(/^create aggregate/, "create or replace aggregate"), ...rest];
  return { ...made, actions: [{ transaction, instead }] };
}

function propertyStatements(
  { kind, identity, actual }: SchemaChange,
  expected: SchemaObject,
  fact: string,
): string[] {
  const value = expected.facts[fact] ?? null;
  const alter = `alter ${kind} ${identity}`;
  switch (fact) {
    case "options":
      return optionStatements(alter, actual?.facts[fact], value);
    case "replica identity":
      return [`${alter} replica identity ${value ?? "default"}`];
    case "start":
      return [`${alter} start with ${value ?? "1"}`];
    case "cache":
      return [`${alter} cache ${value ?? "1"}`];
    case "owned by":
      return [`${alter} owned by ${value ?? "none"}`];
    case "column comments":
      return columnCommentStatements(expected, actual);
    default:
      throw new Error(`no statement restores ${fact} of a ${kind}`);
  }
}

function dropStatement({ kind, identity }: SchemaChange): string {
  return `drop ${nounOf(kind)} ${identity}`;
}

function phaseOf(kind: SchemaObjectKind): RepairPhase {
  return phases[kind] ?? "properties";
}

const phases: Partial<Record<SchemaObjectKind, RepairPhase>> = {
  enum: "types",
  domain: "types",
  type: "types",
  "range type": "types",
  function: "functions",
  procedure: "functions",
  aggregate: "functions",
  operator: "functions",
  cast: "functions",
  view: "views",
  trigger: "triggers",
  rule: "triggers",
};

function dropPhase(kind: SchemaObjectKind): RepairPhase {
  return ["trigger", "rule", "view", "event trigger", "operator", "cast"].includes(kind)
    ? "drop what uses others"
    : "drop";
}
