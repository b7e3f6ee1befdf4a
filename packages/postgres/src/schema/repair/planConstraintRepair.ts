import { firstComment } from "./commentStatement";
import type { SchemaChange } from "../catalog/compareSchema";
import { dropConcurrently } from "./planIndexRepair";
import type { SchemaObject } from "../schemaObject";
import type { RepairAction, SchemaRepair } from "./schemaRepair";
import { schemaOf } from "./splitNames";

/**
 * Restores a constraint without holding its table: a check or a foreign key as NOT VALID, which looks at no row, then
 * VALIDATE, which lets others write; a key through an index that is built concurrently.
 *
 * @param isPartitioned Whether a table is partitioned: those can do neither.
 */
export function planConstraintRepair(
  { expected, actual, identity, facts }: SchemaChange,
  isPartitioned: (table: string) => boolean,
): SchemaRepair {
  const object = `constraint ${identity}`;
  const drop =
    actual === undefined ? [] : [`${alter(actual)} drop constraint if exists ${nameOf(actual)}`];
  if (expected === undefined) return { phase: "drop", object, actions: [{ transaction: drop }] };

  const phase = keys.has(expected.facts["type"] ?? "") ? "keys" : "constraints";
  const onlyValidity = facts.length === 1 && facts[0] === "valid";
  if (onlyValidity && expected.facts["valid"] === "VALID") {
    return { phase, object, actions: [validate(expected, actual)] };
  }
  const actions = isPartitioned(expected.facts["table"] ?? "")
    ? [{ transaction: [...drop, add(expected), ...firstComment(expected)] }]
    : addOnline(expected, drop);
  return { phase, object, actions };
}

function addOnline(constraint: SchemaObject, drop: readonly string[]): RepairAction[] {
  const { definition, type, valid } = constraint.facts;
  const comment = firstComment(constraint);
  if (type === "CHECK" || type === "FOREIGN KEY") {
    const unchecked = { transaction: [...drop, `${add(constraint)} not valid`, ...comment] };
    return valid === "NOT VALID" ? [unchecked] : [unchecked, validate(constraint)];
  }
  const key = keyIndex(constraint, definition ?? "");
  if (key === undefined) return [{ transaction: [...drop, add(constraint), ...comment] }];

  const cleanUp = dropConcurrently(key.index);
  return [
    ...(drop.length === 0 ? [] : [{ transaction: drop }]),
    // What an interrupted build left.
    { concurrently: cleanUp },
    { concurrently: key.create, cleanUp },
    { transaction: [key.attach, ...comment] },
  ];
}

function validate(constraint: SchemaObject, actual?: SchemaObject): RepairAction {
  const { table, valid } = actual?.facts ?? {};
  // A key is never NOT VALID; this one's index is broken.
  if (valid === "INVALID") {
    const index = `${schemaOf(table ?? "") ?? ""}.${nameOf(constraint)}`;
    return { concurrently: `reindex index concurrently ${index}` };
  }
  return { transaction: [`${alter(constraint)} validate constraint ${nameOf(constraint)}`] };
}

// PRIMARY KEY (a, b) INCLUDE (c) WITH (fillfactor='70') DEFERRABLE …
const list = String.raw`\((?:"(?:[^"]|"")*"|'[^']*'|[^()"'])*\)`;
const keyDefinition = new RegExp(
  `^(?<type>PRIMARY KEY|UNIQUE)(?<nulls> NULLS NOT DISTINCT)? (?<columns>${list})(?<include> INCLUDE ${list})?` +
    `(?<options> WITH ${list})?(?<deferrable> (?:NOT )?DEFERRABLE.*)?$`,
);

/** A key's index and what makes the constraint of it; undefined where a definition has something that no index says. */
function keyIndex(constraint: SchemaObject, definition: string) {
  const parts = keyDefinition.exec(definition)?.groups;
  if (parts === undefined) return undefined;
  const { type, nulls = "", columns, include = "", options = "", deferrable = "" } = parts;
  const { table = "" } = constraint.facts;
  const name = nameOf(constraint);
  return {
    index: `${schemaOf(table ?? "") ?? ""}.${name}`,
    create: `create unique index concurrently ${name} on ${table ?? ""} ${columns ?? ""}${include}${nulls}${options}`,
    attach: `${alter(constraint)} add constraint ${name} ${type ?? ""} using index ${name}${deferrable}`,
  };
}

const keys = new Set(["PRIMARY KEY", "UNIQUE", "EXCLUDE"]);

function add(constraint: SchemaObject): string {
  return `${alter(constraint)} add constraint ${nameOf(constraint)} ${constraint.facts["definition"] ?? ""}`;
}

function alter({ facts }: SchemaObject): string {
  return `alter table ${facts["table"] ?? ""}`;
}

function nameOf({ facts }: SchemaObject): string {
  return facts["name"] ?? "";
}
