import { columnsOf, type SchemaObject, type SchemaObjectKind } from "./catalog/schemaObject";
import type { SchemaChange, SchemaStates } from "./record/schemaChanges";

/**
 * The change that caused another one: an index was dropped with its column, a default was rewritten with its column's type.
 *
 * @param facts The facts of an altered object that the change is about; empty: all.
 * @param causes The changes that hold data.
 */
export function causeOf(
  change: SchemaChange,
  facts: readonly string[],
  causes: readonly SchemaChange[],
): SchemaChange | undefined {
  // A function depends on what its signature mentions, not on what its body mentions.
  if (routines.has(change.kind) && change.change === "altered") return undefined;
  if (facts.includes("comment")) return undefined;

  const texts = [change.expected, change.actual].flatMap((object) =>
    Object.entries(object?.facts ?? {})
      .filter(([fact]) => facts.length === 0 || facts.includes(fact))
      .map(([, text]) => text ?? ""),
  );
  const { table } = (change.expected ?? change.actual)?.facts ?? {};
  return causes.find((cause) => {
    if (cause.kind === change.kind && cause.identity === change.identity) {
      // Of a column's facts, only its type rewrites its default.
      return change.kind === "column" && facts.includes("default") && cause.facts.includes("type");
    }
    // An addition brings additions, a drop takes others with it, and either may alter what mentions the object.
    if (change.change !== "altered" && change.change !== cause.change) return false;
    if (cause.kind !== "column") {
      return cause.change !== "altered" && mentions(texts, cause.identity);
    }
    if (routines.has(change.kind)) return false;
    const { table: columnTable = "", name = "" } = (cause.expected ?? cause.actual)?.facts ?? {};
    return (
      (table === columnTable || mentions(texts, columnTable ?? "")) &&
      mentions(texts, name ?? "") &&
      (cause.change !== "altered" || cause.facts.includes("type"))
    );
  });
}

const routines: ReadonlySet<SchemaObjectKind> = new Set(["function", "procedure", "aggregate"]);

function mentions(texts: readonly string[], name: string): boolean {
  if (name === "") return false;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const word = new RegExp(`(?<![\\w"$])${escaped}(?![\\w"$])`);
  return texts.some((text) => word.test(text));
}

/** Whether a constraint changed together with the one that it inherits from a partitioned table or a parent table. */
export function isInherited(
  { kind, change, expected, actual }: SchemaChange,
  changes: readonly SchemaChange[],
  objects: readonly SchemaObject[],
): boolean {
  if (kind !== "constraint") return false;
  const { table, name } = (expected ?? actual)?.facts ?? {};
  const { facts = {} } =
    objects.find((one) => one.kind === "table" && one.identity === table) ?? {};
  const parents = `${facts["partition of"] ?? ""} ${facts["inherits"] ?? ""}`.split(/,? /);
  return changes.some((other) => {
    const { table: parent, name: inherited } = (other.expected ?? other.actual)?.facts ?? {};
    return (
      other.kind === kind &&
      other.change === change &&
      inherited === name &&
      parents.includes(parent ?? "")
    );
  });
}

/** Says that an object may have been renamed, if a similar one has come or gone under another name. */
export function renameHint(change: SchemaChange, states: SchemaStates): string | undefined {
  const other = counterpartOf(change, states);
  if (other === undefined) return undefined;
  const shared = change.kind === "table" ? "columns" : "type";
  return change.change === "missing"
    ? `it may have been renamed to ${other.identity}, which has the same ${shared}`
    : `it may be ${other.identity}, renamed`;
}

/** A statement that renames the missing object to the added one, unless that is done already. */
export function renameStatement(change: SchemaChange, states: SchemaStates): string | undefined {
  const other = change.change === "missing" ? counterpartOf(change, states) : undefined;
  const facts = change.expected?.facts ?? {};
  if (other === undefined) return undefined;
  const isColumn = change.kind === "column";
  const name = isColumn ? (other.actual?.facts["name"] ?? "") : lastName(other.identity);
  const table = isColumn ? (facts["table"] ?? "") : change.identity;
  const rename = `alter table ${table} rename ${isColumn ? `column ${facts["name"] ?? ""} ` : ""}to ${name}`;
  const test = isColumn
    ? `select from pg_catalog.pg_attribute where attrelid = '${table}'::regclass and pg_catalog.quote_ident(attname) = '${facts["name"] ?? ""}'`
    : `select where pg_catalog.to_regclass('${table}') is not null`;
  return `do $$ begin if exists (${test}) then ${rename}; end if; end $$;`;
}

function counterpartOf(change: SchemaChange, states: SchemaStates): SchemaChange | undefined {
  if (change.change === "altered") return undefined;
  const likeness = likenessOf(change, states);
  const alike = states.changes.filter(
    (other) =>
      other.kind === change.kind &&
      other.change !== "altered" &&
      likenessOf(other, states) === likeness,
  );
  const [only, ...others] = alike.filter((other) => other.change !== change.change);
  // With several candidates, on either side, it would be a guess.
  const isUnique = likeness !== undefined && others.length === 0 && alike.length === 2;
  return isUnique ? only : undefined;
}

/** What renaming a table or a column leaves unchanged; undefined for other kinds and for tables without columns. */
function likenessOf(
  { kind, change, identity, ...sides }: SchemaChange,
  states: SchemaStates,
): string | undefined {
  const object = change === "missing" ? sides.expected : sides.actual;
  if (kind === "column") {
    const { table, type, identity: numbered, generated } = object?.facts ?? {};
    return JSON.stringify([table, type, numbered, generated]);
  }
  if (kind !== "table") return undefined;
  const objects = change === "missing" ? states.expected : states.actual;
  const columns = columnsOf(identity, objects).map(
    ({ facts }) => `${facts["name"] ?? ""} ${facts["type"] ?? ""}`,
  );
  return columns.length === 0 ? undefined : JSON.stringify(columns.sort());
}

function lastName(identity: string): string {
  return /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(identity)?.[0] ?? identity;
}
