import { createHash } from "node:crypto";

import { escapeLiteral } from "pg";

import { type SchemaObject, schemaOf } from "../catalog/schemaObject";
import type { SchemaChange } from "../record/schemaChanges";
import { commentIfAny } from "./objectStatements";
import type { RepairAction, SchemaRepair } from "./schemaRepair";

/**
 * Builds and drops indexes without blocking writes to their tables.
 *
 * An interrupted build leaves an index that queries cannot use and writes still maintain. It is dropped first, like an index
 * of another definition. PostgreSQL can do neither concurrently on a partitioned table.
 *
 * @param isPartitioned Whether a table is partitioned.
 */
export function planIndexRepair(
  { expected, actual, identity }: SchemaChange,
  isPartitioned: (table: string) => boolean,
): SchemaRepair {
  const object = `index ${identity}`;
  const isBlocking = (index: SchemaObject) => isPartitioned(index.facts["table"] ?? "");
  const drop = actual === undefined ? [] : [dropIndex(actual, isBlocking(actual))];
  if (expected === undefined) return { phase: "drop", object, actions: drop };

  // The index of a partitioned table attaches the indexes that its partitions have by then.
  const phase = isBlocking(expected) ? "indexes of partitioned tables" : "indexes";
  return { phase, object, actions: [...drop, ...createIndex(expected, isBlocking(expected))] };
}

function createIndex(index: SchemaObject, isBlocking: boolean): RepairAction[] {
  const definition = index.facts["definition"] ?? "";
  const comment = commentIfAny(index);
  if (isBlocking) return [{ transaction: [definition.replace(" ON ONLY ", " ON "), ...comment] }];
  const concurrently = definition.replace(
    /^CREATE (UNIQUE )?INDEX /,
    "CREATE $1INDEX CONCURRENTLY ",
  );
  return [
    { concurrently, cleanUp: dropConcurrently(index.identity) },
    ...(comment.length === 0 ? [] : [{ transaction: comment }]),
  ];
}

function dropIndex({ identity }: SchemaObject, isBlocking: boolean): RepairAction {
  return isBlocking
    ? { transaction: [`drop index if exists ${identity}`] }
    : { concurrently: dropConcurrently(identity) };
}

function dropConcurrently(identity: string): string {
  return `drop index concurrently if exists ${identity}`;
}

/**
 * Restores a constraint without blocking its table for long: a check or a foreign key as NOT VALID, which reads no row, then
 * VALIDATE, which allows writes; a key from an index that is built concurrently.
 *
 * @param isPartitioned Whether a table is partitioned: PostgreSQL can do neither there.
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
    ? [{ transaction: [...drop, add(expected), ...commentIfAny(expected)] }]
    : addOnline(expected, drop);
  return { phase, object, actions };
}

const keys = new Set(["PRIMARY KEY", "UNIQUE", "EXCLUDE"]);

function addOnline(constraint: SchemaObject, drop: readonly string[]): RepairAction[] {
  const { definition, type, valid } = constraint.facts;
  const comment = commentIfAny(constraint);
  if (type === "CHECK" || type === "FOREIGN KEY") {
    const unchecked = { transaction: [...drop, `${add(constraint)} not valid`, ...comment] };
    return valid === "NOT VALID" ? [unchecked] : [unchecked, validate(constraint)];
  }
  const key = keyIndex(constraint, definition ?? "");
  if (key === undefined) return [{ transaction: [...drop, add(constraint), ...comment] }];

  const cleanUp = dropConcurrently(key.index);
  return [
    ...(drop.length === 0 ? [] : [{ transaction: drop }]),
    // An interrupted build may have left an index.
    { concurrently: cleanUp },
    { concurrently: key.create, cleanUp },
    { transaction: [key.attach, ...comment] },
  ];
}

function validate(constraint: SchemaObject, actual?: SchemaObject): RepairAction {
  const { table, valid } = actual?.facts ?? {};
  // The constraint is a key, which is never NOT VALID: its index is invalid.
  if (valid === "INVALID") {
    const index = `${schemaOf(table ?? "")}.${nameOf(constraint)}`;
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

/** A key's index, and the statement that turns it into the constraint; undefined if CREATE INDEX cannot express the definition. */
function keyIndex(constraint: SchemaObject, definition: string) {
  const parts = keyDefinition.exec(definition)?.groups;
  if (parts === undefined) return undefined;
  const { type, nulls = "", columns, include = "", options = "", deferrable = "" } = parts;
  const { table = "" } = constraint.facts;
  const name = nameOf(constraint);
  return {
    index: `${schemaOf(table ?? "")}.${name}`,
    create: `create unique index concurrently ${name} on ${table ?? ""} ${columns ?? ""}${include}${nulls}${options}`,
    attach: `${alter(constraint)} add constraint ${name} ${type ?? ""} using index ${name}${deferrable}`,
  };
}

function add(constraint: SchemaObject): string {
  return `${alter(constraint)} add constraint ${nameOf(constraint)} ${constraint.facts["definition"] ?? ""}`;
}

/**
 * Sets NOT NULL behind a validated check constraint, which spares it the scan that would lock everyone out of the table.
 *
 * https://www.postgresql.org/docs/15/sql-altertable.html
 */
export function setNotNull(column: SchemaObject): RepairAction[] {
  const name = nameOf(column);
  const hash = createHash("sha256").update(column.identity).digest("hex").slice(0, 8);
  const check = `hosterizer_not_null_${hash}`;
  const drop = `${alter(column)} drop constraint if exists ${check}`;
  const add = `${alter(column)} add constraint ${check} check (${name} is not null) not valid`;
  return [
    { transaction: [refuseNulls(column)] },
    { transaction: [drop, add], cleanUp: drop },
    { transaction: [`${alter(column)} validate constraint ${check}`], cleanUp: drop },
    { transaction: [`${alter(column)} alter column ${name} set not null`, drop] },
  ];
}

function refuseNulls(column: SchemaObject): string {
  const message = escapeLiteral(`${column.identity} is null in % rows`);
  const body = `declare
    nulls bigint;
begin
    select pg_catalog.count(*) into nulls from ${column.facts["table"] ?? ""} where ${nameOf(column)} is null;
    if nulls > 0 then
        raise exception using errcode = '23502', message = pg_catalog.replace(${message}, '%', nulls::text);
    end if;
end`;
  return `do ${escapeLiteral(body)}`;
}

function alter({ facts }: SchemaObject): string {
  return `alter table ${facts["table"] ?? ""}`;
}

function nameOf({ facts }: SchemaObject): string {
  return facts["name"] ?? "";
}
