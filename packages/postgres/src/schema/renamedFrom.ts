import { columnsOf } from "./catalog/columnsOf";
import type { SchemaChange } from "./catalog/compareSchema";
import type { SchemaStates } from "./schemaFindings";

/** Says so where an object is gone and one like it is there under another name: somebody may have renamed it. */
export function renamedFrom(change: SchemaChange, states: SchemaStates): string | undefined {
  const other = counterpartOf(change, states);
  if (other === undefined) return undefined;
  const shared = change.kind === "table" ? "columns" : "type";
  return change.change === "missing"
    ? `it may have been renamed to ${other.identity}, which has the same ${shared}`
    : `it may be ${other.identity}, renamed`;
}

/** A statement that renames what is missing to what was added, where it isn't done yet. */
export function renameStatement(change: SchemaChange, states: SchemaStates): string | undefined {
  const other = change.change === "missing" ? counterpartOf(change, states) : undefined;
  const facts = change.expected?.facts ?? {};
  if (other === undefined) return undefined;
  const isColumn = change.kind === "column";
  const name = isColumn ? (other.actual?.facts["name"] ?? "") : nameOf(other.identity);
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
  // With several to choose from, on either side, it would be a guess.
  const isPlain = likeness !== undefined && others.length === 0 && alike.length === 2;
  return isPlain ? only : undefined;
}

/** What stays when a table or a column is renamed; undefined for what is never said to be renamed. */
function likenessOf({ kind, change, identity, ...sides }: SchemaChange, states: SchemaStates) {
  const object = change === "missing" ? sides.expected : sides.actual;
  if (kind === "column") {
    const { table, type, identity: numbered, generated } = object?.facts ?? {};
    return JSON.stringify([table, type, numbered, generated]);
  }
  if (kind !== "table") return undefined;
  const objects = change === "missing" ? states.expected : states.actual;
  const columns = columnsOf(identity, objects);
  const words = columns.map(({ facts }) => `${facts["name"] ?? ""} ${facts["type"] ?? ""}`);
  return words.length === 0 ? undefined : JSON.stringify(words.sort());
}

function nameOf(identity: string): string {
  return /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(identity)?.[0] ?? identity;
}
