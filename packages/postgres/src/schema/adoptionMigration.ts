import type { SchemaObject } from "./catalog/schemaObject";
import type { SchemaChange } from "./record/schemaChanges";
import {
  columnCommentStatements,
  columnDefinition,
  commentIfAny,
  createStatements,
  keywordOf,
  sequenceOptions,
  withOptions,
} from "./repair/objectStatements";
import type { SchemaInspection } from "./schemaDrift";

/** A pair of migration files that makes manual changes official. */
interface AdoptionMigration {
  /** With the next free number. */
  name: string;
  /** Empty if no statement can be generated. */
  up: string;
  down: string;
  /** Objects whose statements a person has to write. */
  unwritten: string[];
}

/** Statements for the two files. */
interface AdoptionSql {
  up: readonly string[];
  down: readonly string[];
}

/**
 * Writes the migration for everything that `up` refuses.
 *
 * Its statements do nothing where the change is already in place, as in the live database. Other databases don't have it.
 */
export function adoptionMigration({
  schema,
  migrations,
  states,
}: SchemaInspection): AdoptionMigration {
  const number = (migrations.at(-1)?.number ?? 0) + 1;
  const written: (AdoptionSql & { object: string; isMissing: boolean })[] = [];
  const unwritten: string[] = [];
  const refused = schema.filter(({ repair }) => repair === "refused");
  for (const { object, change, facts } of refused) {
    const about = facts.length === 0 ? change : { ...change, facts: [...facts] };
    const up = statementsTo(about, states.actual);
    const down = statementsTo(reverse(about), states.expected);
    if (up === undefined || down === undefined) unwritten.push(object);
    else written.push({ object, isMissing: change.change === "missing", up, down });
  }
  const objects = [...new Set(written.map(({ object }) => object))];
  const marks = objects.map((object) => `-- resolves drift: ${object}`);
  // Objects are dropped before, and created after, what they depend on.
  const missing = written.filter(({ isMissing }) => isMissing);
  const other = written.filter(({ isMissing }) => !isMissing);
  const up = [...missing.toReversed(), ...other].flatMap((one) => one.up);
  const down = [...other.toReversed(), ...missing].flatMap((one) => one.down);
  return {
    name: `${String(number).padStart(6, "0")}_resolve_drift`,
    up: written.length === 0 ? "" : [...marks, ...terminate(up)].join("\n"),
    down: terminate(down).join("\n"),
    unwritten: [...new Set(unwritten)],
  };
}

function terminate(statements: readonly string[]): string[] {
  return [...new Set(statements)].map((statement) => `${statement};`);
}

function reverse({ change, expected, actual, ...rest }: SchemaChange): SchemaChange {
  const reversed = { added: "missing", missing: "added", altered: "altered" } as const;
  return {
    ...rest,
    change: reversed[change],
    ...(actual === undefined ? {} : { expected: actual }),
    ...(expected === undefined ? {} : { actual: expected }),
  };
}

/**
 * The statements that lead from the expected side of a change to its actual side.
 *
 * @param objects All objects of the state that they lead to.
 * @returns undefined if only a person can write them.
 */
function statementsTo(
  change: SchemaChange,
  objects: readonly SchemaObject[],
): string[] | undefined {
  const { actual, expected } = change;
  if (actual === undefined) return expected === undefined ? undefined : dropIfExists(expected);
  if (change.change === "added") return createIfMissing(actual, objects);
  const statements = change.facts.map((fact) => alterFact(actual, fact, expected));
  return statements.some((one) => one === undefined)
    ? undefined
    : statements.filter((one) => one !== undefined);
}

function dropIfExists({ kind, identity, facts }: SchemaObject): string[] {
  const { table, name } = facts;
  switch (kind) {
    case "column":
    case "constraint":
      return [`alter table ${table ?? ""} drop ${kind} if exists ${name ?? ""}`];
    case "trigger":
    case "rule":
      return [`drop ${kind} if exists ${name ?? ""} on ${table ?? ""}`];
    default:
      return [`drop ${keywordOf(kind)} if exists ${identity}`];
  }
}

function createIfMissing(
  object: SchemaObject,
  objects: readonly SchemaObject[],
): string[] | undefined {
  const { kind, identity, facts } = object;
  switch (kind) {
    case "schema":
      // Only a person can tell in which order its tables must be created.
      return objects.some((one) => one.identity.startsWith(`${identity}.`))
        ? undefined
        : [`create schema if not exists ${identity}`, ...commentIfAny(object)];
    case "table":
      return createTable(object, objects);
    case "column": {
      const { table, name } = facts;
      const column = `${name ?? ""} ${columnDefinition(facts)}`;
      const add = `alter table ${table ?? ""} add column if not exists ${column}`;
      return [add, ...commentIfAny(object)];
    }
    case "index":
      return createIndex(object);
    case "constraint":
      return [
        ...dropIfExists(object),
        `alter table ${facts["table"] ?? ""} add constraint ${facts["name"] ?? ""} ${facts["definition"] ?? ""}`,
        ...commentIfAny(object),
      ];
    case "sequence":
      return [
        `create sequence if not exists ${identity} ${sequenceOptions(facts)}`,
        ...(facts["owned by"] ? [`alter sequence ${identity} owned by ${facts["owned by"]}`] : []),
        ...commentIfAny(object),
      ];
    case "materialized view": {
      const query = (facts["definition"] ?? "").trim().replace(/;$/, "");
      return [
        `create materialized view if not exists ${identity}${withOptions(facts["options"])} as\n${query}`,
        ...objects
          .filter((one) => one.kind === "index" && one.facts["table"] === identity)
          .flatMap(createIndex),
        ...columnCommentStatements(object),
        ...commentIfAny(object),
      ];
    }
    case "foreign table":
      return undefined;
    case "function":
    case "procedure":
    case "view":
      return createStatements(object);
    default:
      return [...dropIfExists(object), ...createStatements(object)];
  }
}

/** CREATE TABLE IF NOT EXISTS, with everything that belongs to the table. */
function createTable(table: SchemaObject, objects: readonly SchemaObject[]): string[] | undefined {
  const { identity, facts } = table;
  // Such a table takes columns from another, and the record doesn't tell which of them are its own.
  if (facts["inherits"] || facts["of type"]) return undefined;
  const own = objects.filter((object) => object.facts["table"] === identity);
  const ofKind = (kind: SchemaObject["kind"]) => own.filter((object) => object.kind === kind);
  const columns = ofKind("column");
  const unlogged = facts["persistence"] === "UNLOGGED" ? "unlogged " : "";
  const create = `create ${unlogged}table if not exists ${identity}`;

  const body = [
    ...columns.map((column) => `${column.facts["name"] ?? ""} ${columnDefinition(column.facts)}`),
    ...ofKind("constraint").map(({ facts: constraint }) =>
      ["constraint", constraint["name"], constraint["definition"]].join(" "),
    ),
  ];
  const key = facts["partition key"] ? ` partition by ${facts["partition key"]}` : "";
  const whole = facts["partition of"]
    ? `${create} partition of ${facts["partition of"]}`
    : `${create} (\n    ${body.join(",\n    ")}\n)`;
  return [
    `${whole}${key}${withOptions(facts["options"])}`,
    ...ofKind("index").flatMap(createIndex),
    ...ofKind("trigger")
      // A partition gets the others from its parent.
      .filter((trigger) => (trigger.facts["parent"] ?? null) === null)
      .flatMap((trigger) => [...dropIfExists(trigger), ...createStatements(trigger)]),
    ...[table, ...columns].flatMap(commentIfAny),
  ];
}

/** CREATE INDEX IF NOT EXISTS, with its comment. */
function createIndex(index: SchemaObject): string[] {
  const create = (index.facts["definition"] ?? "")
    .replace(/^CREATE (UNIQUE )?INDEX /, "CREATE $1INDEX IF NOT EXISTS ")
    .replace(" ON ONLY ", " ON ");
  return [create, ...commentIfAny(index)];
}

/**
 * The statement that gives an object one of its facts, whatever it was before. A change of type rewrites the table and keeps
 * its rows.
 *
 * @param from The object as it was.
 * @returns undefined if only a person can write it.
 */
function alterFact(
  { kind, identity, facts }: SchemaObject,
  fact: string,
  from: SchemaObject | undefined,
): string | undefined {
  const value = facts[fact] ?? null;
  const column = `alter table ${facts["table"] ?? ""} alter column ${facts["name"] ?? ""}`;
  switch (`${kind} ${fact}`) {
    case "column type":
    case "column collation": {
      const { type = "", collation, name = "" } = facts;
      const collate = collation ? ` collate ${collation}` : "";
      return `${column} type ${type ?? ""}${collate} using ${name ?? ""}::${type ?? ""}`;
    }
    case "column storage":
      return value === null ? undefined : `${column} set storage ${value}`;
    case "column identity":
      return alterIdentity(column, from?.facts[fact] ?? null, value);
    case "column generated":
      return value === null ? `${column} drop expression if exists` : undefined;
    case "column default":
      return `${column} ${value === null ? "drop default" : `set default ${value}`}`;
    case "column not null":
      return `${column} ${value === null ? "drop" : "set"} not null`;
    case "table persistence":
    case "sequence persistence":
      return `alter ${kind} ${identity} set ${(value ?? "LOGGED").toLowerCase()}`;
    case "table access method":
      return `alter table ${identity} set access method ${value ?? "heap"}`;
    case "sequence type":
    case "sequence increment":
    case "sequence minimum":
    case "sequence maximum":
    case "sequence cycle":
      return `alter sequence ${identity} ${sequenceOptions(facts)}`;
    case "enum labels":
      return addLabels(identity, readLabels(from?.facts[fact]), readLabels(value));
    default:
      return undefined;
  }
}

/** Adding or dropping an identity, or changing its options, needs a person who knows the numbers in use. */
function alterIdentity(column: string, from: string | null, to: string | null): string | undefined {
  if (from === null || to === null) return undefined;
  const [[, optionsBefore], [when = "", options]] = [from, to].map((identity) =>
    identity.split(/(?= \()/),
  ) as [string[], string[]];
  if (options !== optionsBefore) return undefined;
  return `${column} set generated ${when.toLowerCase()}`;
}

/** Adds each new label after the one before it. PostgreSQL cannot remove a label, so the down file leaves them. */
function addLabels(
  identity: string,
  from: readonly string[],
  to: readonly string[],
): string | undefined {
  if (to.every((label) => from.includes(label))) {
    const isShorter = to.length < from.length;
    return isShorter ? `/* PostgreSQL cannot remove a label of ${identity} */ select 1` : undefined;
  }
  if (!from.every((label) => to.includes(label))) return undefined;
  return to
    .map((label, index) => [label, to[index - 1], to[index + 1]] as const)
    .filter(([label]) => !from.includes(label))
    .map(([label, before, after]) => {
      const next = after === undefined ? "" : ` before ${after}`;
      const place = before === undefined ? next : ` after ${before}`;
      return `alter type ${identity} add value if not exists ${label}${place}`;
    })
    .join(";\n");
}

function readLabels(labels: string | null | undefined): string[] {
  return (labels ?? "").match(/'(?:[^']|'')*'/g) ?? [];
}
