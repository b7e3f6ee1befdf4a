import { objectName, type SchemaObject, type SchemaObjectKind } from "../catalog/schemaObject";
import type { SchemaChange } from "../record/schemaChanges";
import {
  columnCommentStatements,
  commentStatement,
  createStatements,
  enableStatement,
  keywordOf,
  namePattern,
  optionStatements,
} from "./objectStatements";
import { planConstraintRepair, planIndexRepair, setNotNull } from "./onlineRepair";
import type { RepairAction, RepairPhase, SchemaRepair } from "./schemaRepair";

/**
 * What restores one object. It never uses CASCADE and never touches a row.
 *
 * @param fact Which fact of an altered object; undefined: the object was added or is missing.
 * @param isPartitioned Whether a table is partitioned.
 */
export function planRepair(
  change: SchemaChange,
  fact: string | undefined,
  isPartitioned: (table: string) => boolean,
): SchemaRepair {
  const { kind, expected } = change;
  const object = objectName(change);
  const inTransaction = (phase: RepairPhase, transaction: readonly string[]): SchemaRepair => ({
    phase,
    object,
    actions: [{ transaction }],
  });

  if (expected !== undefined && fact === "comment") {
    return inTransaction("properties", [commentStatement(expected)]);
  }
  if (kind === "index") return planIndexRepair(change, isPartitioned);
  if (kind === "constraint") return planConstraintRepair(change, isPartitioned);
  if (expected === undefined) {
    const drop = inTransaction(dropPhase(kind), [dropStatement(change)]);
    return kind === "event trigger" ? { ...drop, by: "deployer" } : drop;
  }
  const phase = createPhase(kind);
  if (fact === undefined) return inTransaction(phase, createStatements(expected));

  switch (kind) {
    case "column":
      return { phase: "columns", object, actions: columnActions(expected, fact) };
    case "domain":
      return { phase, object, actions: domainActions(change, fact) };
    case "function":
    case "procedure":
    case "aggregate":
      return { phase, object, actions: [replace(change, expected)] };
    case "view":
      return fact === "options" || fact === "column comments"
        ? inTransaction("properties", propertyStatements(change, expected, fact))
        : { phase, object, actions: [replace(change, expected)] };
    case "trigger":
    case "rule":
      if (fact === "enabled") return inTransaction(phase, [enableStatement(expected)]);
      return inTransaction(phase, recreate(change, expected));
    case "operator":
    case "cast":
    case "statistics":
      return inTransaction(phase, recreate(change, expected));
    default:
      return inTransaction("properties", propertyStatements(change, expected, fact));
  }
}

/** CREATE OR REPLACE; where that is refused, DROP and CREATE. */
function replace(change: SchemaChange, expected: SchemaObject): RepairAction {
  const [create = "", ...rest] = createStatements(expected);
  const transaction = [create.replace(/^create aggregate/, "create or replace aggregate"), ...rest];
  return { transaction, instead: recreate(change, expected) };
}

function recreate(change: SchemaChange, expected: SchemaObject): string[] {
  return [dropStatement(change), ...createStatements(expected)];
}

function dropStatement({ kind, identity }: SchemaChange): string {
  return `drop ${keywordOf(kind)} ${identity}`;
}

function columnActions(column: SchemaObject, fact: string): RepairAction[] {
  const { table, name } = column.facts;
  const value = column.facts[fact] ?? null;
  const alter = (only: string) => `alter table ${only}${table ?? ""} alter column ${name ?? ""}`;
  switch (fact) {
    // Partitions have their own defaults and compression.
    case "default":
      return [{ transaction: [`${alter("only ")} ${setDefault(value)}`] }];
    case "compression":
      return [{ transaction: [`${alter("only ")} set compression ${value ?? "default"}`] }];
    case "not null":
      return value === null
        ? [{ transaction: [`${alter("")} drop not null`] }]
        : setNotNull(column);
    default:
      throw new Error(`a column's ${fact} holds data: no statement restores it`);
  }
}

function setDefault(value: string | null): string {
  return value === null ? "drop default" : `set default ${value}`;
}

function domainActions(change: SchemaChange, fact: string): RepairAction[] {
  const { identity, expected, actual } = change;
  const alter = `alter domain ${identity}`;
  const value = expected?.facts[fact] ?? null;
  switch (fact) {
    case "default":
      return [{ transaction: [`${alter} ${setDefault(value)}`] }];
    case "not null":
      return [{ transaction: [`${alter} ${value === null ? "drop" : "set"} not null`] }];
    case "checks":
      return replaceChecks(alter, readChecks(actual?.facts[fact]), readChecks(value));
    default:
      throw new Error(`a domain's ${fact} holds data: no statement restores it`);
  }
}

/** Adds checks as NOT VALID and validates them in a second transaction. */
function replaceChecks(
  alter: string,
  actual: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): RepairAction[] {
  const unexpected = [...actual].filter(([name, text]) => expected.get(name) !== text);
  const absent = [...expected].filter(([name, text]) => actual.get(name) !== text);
  const drops = unexpected.map(([name]) => `${alter} drop constraint ${name}`);
  const adds = absent.map(([, text]) => `${alter} add ${text} not valid`);
  const validations = absent.map(([name]) => `${alter} validate constraint ${name}`);
  return [
    { transaction: [...drops, ...adds] },
    ...(validations.length === 0 ? [] : [{ transaction: validations }]),
  ];
}

const check = new RegExp(`^CONSTRAINT (${namePattern}) CHECK `);

function readChecks(text: string | null | undefined): Map<string, string> {
  const lines = (text ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [check.exec(line)?.[1] ?? line, line]));
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

function createPhase(kind: SchemaObjectKind): RepairPhase {
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
