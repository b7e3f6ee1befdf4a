import { escapeLiteral } from "pg";

import type { SchemaObject, SchemaObjectKind } from "../catalog/schemaObject";

type Facts = SchemaObject["facts"];

/** The statements that create an object that holds no data, with its comment. Indexes and constraints have their own planners. */
export function createStatements(object: SchemaObject): string[] {
  const create = creators[object.kind];
  if (create === undefined)
    throw new Error(`no statement creates a ${object.kind} from its record`);
  return [...create(object), ...commentIfAny(object)];
}

// An aggregate's definition lists its arguments again, with their modes.
const argumentTypes = /\([^()]*\)$/;

const defined = ({ facts }: SchemaObject) => [trimmed(facts["definition"])];

const creators: Partial<Record<SchemaObjectKind, (object: SchemaObject) => string[]>> = {
  enum: ({ identity, facts }) => [`create type ${identity} as enum (${facts["labels"] ?? ""})`],
  domain: createDomain,
  type: ({ identity, facts }) => [`create type ${identity} as (${facts["attributes"] ?? ""})`],
  "range type": createRange,
  function: defined,
  procedure: defined,
  aggregate: ({ identity, facts }) => [
    `create aggregate ${identity.replace(argumentTypes, "")} ${trimmed(facts["definition"])}`,
  ],
  operator: ({ identity, facts }) => [
    `create operator ${identity.replace(argumentTypes, "")} ${trimmed(facts["definition"])}`,
  ],
  cast: ({ identity, facts }) => [`create cast ${identity} ${trimmed(facts["definition"])}`],
  statistics: defined,
  view: createView,
  trigger: (object) => [...defined(object), ...enableIfNeeded(object)],
  rule: (object) => [...defined(object), ...enableIfNeeded(object)],
  "event trigger": createEventTrigger,
};

function createDomain({ identity, facts }: SchemaObject): string[] {
  const { type, collation, default: value, "not null": notNull, checks } = facts;
  const parts = [
    `create domain ${identity} as ${type ?? ""}`,
    ...(collation ? [`collate ${collation}`] : []),
    ...(value ? [`default ${value}`] : []),
    ...(notNull ? ["not null"] : []),
    ...(checks ? [checks] : []),
  ];
  return [parts.join(" ")];
}

function createRange({ identity, facts }: SchemaObject): string[] {
  const options = {
    subtype: facts["subtype"],
    collation: facts["collation"],
    subtype_diff: facts["difference"],
    canonical: facts["canonical"],
    multirange_type_name: facts["multirange"],
  };
  const list = Object.entries(options).filter(([, value]) => value);
  const text = list.map(([name, value]) => `${name} = ${value ?? ""}`).join(", ");
  return [`create type ${identity} as range (${text})`];
}

/** CREATE OR REPLACE VIEW sets the view's options too. */
function createView(view: SchemaObject): string[] {
  const { columns, options, definition } = view.facts;
  const names = columns ? ` (${columns})` : "";
  return [
    `create or replace view ${view.identity}${names}${withOptions(options)} as ${trimmed(definition)}`,
    ...columnCommentStatements(view),
  ];
}

function createEventTrigger(object: SchemaObject): string[] {
  const { event, tags, function: body } = object.facts;
  const list = (tags ?? "").split(", ").map((tag) => escapeLiteral(tag));
  const when = tags ? ` when tag in (${list.join(", ")})` : "";
  const create = `create event trigger ${object.identity} on ${event ?? ""}${when} execute function ${body ?? ""}`;
  return [create, ...enableIfNeeded(object)];
}

function trimmed(text: string | null | undefined): string {
  return (text ?? "").trim().replace(/;$/, "");
}

/** ALTER that makes a trigger, an event trigger or a rule fire when the record says so. */
export function enableStatement({ kind, identity, facts }: SchemaObject): string {
  const verbs: Readonly<Record<string, string>> = {
    DISABLED: "disable",
    "ENABLED REPLICA": "enable replica",
    "ENABLED ALWAYS": "enable always",
  };
  const { enabled = "" } = facts;
  const verb = verbs[enabled ?? ""] ?? "enable";
  return kind === "event trigger"
    ? `alter event trigger ${identity} ${verb}`
    : `alter table ${facts["table"] ?? ""} ${verb} ${kind} ${facts["name"] ?? ""}`;
}

/** A new trigger or rule is enabled. */
function enableIfNeeded(object: SchemaObject): string[] {
  return (object.facts["enabled"] ?? "ENABLED") === "ENABLED" ? [] : [enableStatement(object)];
}

/** COMMENT ON, with the object's comment or null. */
export function commentStatement({ kind, identity, facts }: SchemaObject): string {
  const { comment = null } = facts;
  const text = comment === null ? "null" : escapeLiteral(comment);
  return `comment on ${keywordOf(kind)} ${identity} is ${text}`;
}

/** COMMENT ON for a new object; empty if it has no comment. */
export function commentIfAny(object: SchemaObject): string[] {
  return (object.facts["comment"] ?? null) === null ? [] : [commentStatement(object)];
}

/** The kind as statements spell it: enums and range types are types to PostgreSQL. */
export function keywordOf(kind: SchemaObjectKind): string {
  return kind === "enum" || kind === "range type" ? "type" : kind;
}

/**
 * COMMENT ON COLUMN for the columns of a view.
 *
 * @param actual The view as it is; absent: it is new and its columns have no comments.
 */
export function columnCommentStatements(expected: SchemaObject, actual?: SchemaObject): string[] {
  const [wanted, found] = [readColumnComments(expected), readColumnComments(actual)];
  const names = new Set([...found.keys(), ...wanted.keys()]);
  return [...names]
    .filter((name) => wanted.get(name) !== found.get(name))
    .map((name) => {
      const comment = wanted.get(name);
      const text = comment === undefined ? "null" : escapeLiteral(comment);
      return `comment on column ${expected.identity}.${name} is ${text}`;
    });
}

/** Reads `name: comment` lines. A line that begins with no column's name continues the comment before it. */
function readColumnComments(view: SchemaObject | undefined): Map<string, string> {
  const columns = (view?.facts["columns"] ?? "").match(new RegExp(namePattern, "g")) ?? [];
  const comments = new Map<string, string>();
  let current = "";
  for (const line of (view?.facts["column comments"] ?? "").split("\n")) {
    const name = columns.find((column) => line.startsWith(`${column}: `));
    if (name !== undefined) {
      current = name;
      comments.set(name, line.slice(name.length + 2));
    } else if (current !== "") {
      comments.set(current, `${comments.get(current) ?? ""}\n${line}`);
    }
  }
  return comments;
}

/** A name as PostgreSQL prints it: bare, or in double quotes with quotes inside it doubled. */
export const namePattern = String.raw`(?:"(?:[^"]|"")*"|[^\s".,()]+)`;

/** What follows a column's name in CREATE TABLE. */
export function columnDefinition(facts: Facts): string {
  const { type, collation, default: value, generated, identity } = facts;
  return [
    type ?? "",
    ...(collation ? [`collate ${collation}`] : []),
    ...(value ? [`default ${value}`] : []),
    ...(generated ? [`generated always as (${generated}) stored`] : []),
    ...(identity ? [identityClause(identity)] : []),
    ...(facts["not null"] ? ["not null"] : []),
  ].join(" ");
}

/** `BY DEFAULT (START WITH 10)` as a clause of CREATE TABLE. */
function identityClause(identity: string): string {
  const [, when = "", options = ""] = /^(ALWAYS|BY DEFAULT)(.*)$/.exec(identity) ?? [];
  return `generated ${when.toLowerCase()} as identity${options}`;
}

/** All options of a sequence, as CREATE SEQUENCE and ALTER SEQUENCE take them. */
export function sequenceOptions(facts: Facts): string {
  const { type, start, increment, minimum, maximum, cache, cycle } = facts;
  return [
    `as ${type ?? "bigint"} increment by ${increment ?? "1"} minvalue ${minimum ?? "1"}`,
    `maxvalue ${maximum ?? ""} start with ${start ?? "1"} cache ${cache ?? "1"}${cycle ? " cycle" : " no cycle"}`,
  ].join(" ");
}

/**
 * The statements that change storage parameters, such as `fillfactor=70, autovacuum_enabled=false`, into others.
 *
 * @param alter Such as `alter table public.sites`.
 */
export function optionStatements(
  alter: string,
  actual: string | null | undefined,
  expected: string | null | undefined,
): string[] {
  const [found, wanted] = [parseOptions(actual), parseOptions(expected)];
  const unexpected = [...found.keys()].filter((name) => !wanted.has(name));
  const different = [...wanted].filter(([name, value]) => found.get(name) !== value);
  return [
    ...(unexpected.length === 0 ? [] : [`${alter} reset (${unexpected.join(", ")})`]),
    ...(different.length === 0 ? [] : [`${alter} set (${renderOptions(different)})`]),
  ];
}

/** Storage parameters as a ` with (…)` clause; empty if there are none. */
export function withOptions(options: string | null | undefined): string {
  const parsed = [...parseOptions(options)];
  return parsed.length === 0 ? "" : ` with (${renderOptions(parsed)})`;
}

function renderOptions(options: readonly (readonly [string, string])[]): string {
  return options.map(([name, value]) => `${name} = ${escapeLiteral(value)}`).join(", ");
}

function parseOptions(options: string | null | undefined): Map<string, string> {
  const entries = (options ?? "").split(", ").filter((entry) => entry !== "");
  return new Map(
    entries.map((entry) => {
      const [name = "", ...value] = entry.split("=");
      return [name, value.join("=")];
    }),
  );
}
