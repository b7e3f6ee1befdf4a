import { escapeLiteral } from "pg";

import { columnCommentStatements } from "./columnComments";
import { firstComment } from "./commentStatement";
import { withOptions } from "./optionStatements";
import type { SchemaObject, SchemaObjectKind } from "../schemaObject";

/** The statements that make an object which holds no data, with its comment; without indexes and constraints. */
export function createStatements(object: SchemaObject): string[] {
  const make = makers[object.kind];
  if (make === undefined) throw new Error(`no statement makes a ${object.kind} from its record`);
  return [...make(object), ...firstComment(object)];
}

// The definition of an aggregate has its arguments, with their modes.
const arguments_ = /\([^()]*\)$/;

const defined = ({ facts }: SchemaObject) => [trimmed(facts["definition"])];

const makers: Partial<Record<SchemaObjectKind, (object: SchemaObject) => string[]>> = {
  enum: ({ identity, facts }) => [`create type ${identity} as enum (${facts["labels"] ?? ""})`],
  domain: createDomain,
  type: ({ identity, facts }) => [`create type ${identity} as (${facts["attributes"] ?? ""})`],
  "range type": createRange,
  function: defined,
  procedure: defined,
  aggregate: ({ identity, facts }) => [
    `create aggregate ${identity.replace(arguments_, "")} ${trimmed(facts["definition"])}`,
  ],
  operator: ({ identity, facts }) => [
    `create operator ${identity.replace(arguments_, "")} ${trimmed(facts["definition"])}`,
  ],
  cast: ({ identity, facts }) => [`create cast ${identity} ${trimmed(facts["definition"])}`],
  statistics: defined,
  view: createView,
  trigger: (object) => [...defined(object), ...enabling(object)],
  rule: (object) => [...defined(object), ...enabling(object)],
  "event trigger": createEventTrigger,
};

/** ALTER that makes a trigger or rule fire when it is recorded to. */
export function enabledStatement({ kind, identity, facts }: SchemaObject): string {
  const how: Readonly<Record<string, string>> = {
    DISABLED: "disable",
    "ENABLED REPLICA": "enable replica",
    "ENABLED ALWAYS": "enable always",
  };
  const { enabled = "" } = facts;
  const verb = how[enabled ?? ""] ?? "enable";
  return kind === "event trigger"
    ? `alter event trigger ${identity} ${verb}`
    : `alter table ${facts["table"] ?? ""} ${verb} ${kind} ${facts["name"] ?? ""}`;
}

// A newborn trigger is enabled.
function enabling(object: SchemaObject): string[] {
  return (object.facts["enabled"] ?? "ENABLED") === "ENABLED" ? [] : [enabledStatement(object)];
}

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

function createView(view: SchemaObject): string[] {
  return [replaceView(view), ...columnCommentStatements(view)];
}

// It sets the view's options too.
function replaceView({ identity, facts }: SchemaObject): string {
  const { columns, options, definition } = facts;
  const names = columns ? ` (${columns})` : "";
  return `create or replace view ${identity}${names}${withOptions(options)} as ${trimmed(definition)}`;
}

function createEventTrigger(object: SchemaObject): string[] {
  const { event, tags, function: body } = object.facts;
  const list = (tags ?? "").split(", ").map((tag) => escapeLiteral(tag));
  const when = tags ? ` when tag in (${list.join(", ")})` : "";
  const make = `create event trigger ${object.identity} on ${event ?? ""}${when} execute function ${body ?? ""}`;
  return [make, ...enabling(object)];
}

function trimmed(text: string | null | undefined): string {
  return (text ?? "").trim().replace(/;$/, "");
}
