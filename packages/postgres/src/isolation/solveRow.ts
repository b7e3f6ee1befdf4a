import type { Client } from "pg";

import { candidates, type Value } from "./candidates";
import { byDefault, type Choice, choose, NoRowError, takesNext } from "./chooseValues";
import type { ColumnShape, TableShape } from "./readTableShapes";

/** A row to insert: text by column. What isn't in it takes the table's default. */
export type Row = ReadonlyMap<string, Value>;

/**
 * Makes up a row that a table's types and CHECKs allow. The server itself says which values pass; nothing is written.
 *
 * @param fixed Values that are decided already: the tenant, keys, what foreign keys lead to.
 * @throws NoRowError with the reason
 */
export async function solveRow(
  client: Client,
  shape: TableShape,
  fixed: Row,
  nonce: number,
): Promise<Row> {
  const checked = new Set(shape.checks.flatMap(({ columns }) => columns));
  const keys = new Set(shape.keys.flatMap(({ columns }) => columns));
  const columns = shape.columns.filter(
    (column) =>
      !column.isGenerated &&
      (fixed.has(column.name) ||
        checked.has(column.name) ||
        keys.has(column.name) ||
        mustBeGiven(column)),
  );
  if (columns.length === 0) return new Map();
  const sources = columns.map((column) => source(shape, column, fixed, keys, nonce));
  const chosen = await choose(client, shape, columns, sources);
  return new Map(columns.flatMap((column, at) => taken(column, chosen[at])));
}

/** A default that was chosen is left to the table. */
function taken({ name }: ColumnShape, choice: Choice | undefined): [string, Value][] {
  return choice === undefined || choice.isDefault ? [] : [[name, choice.value]];
}

function mustBeGiven({ notNull, default: given, identity }: ColumnShape): boolean {
  return notNull && given === null && identity === "";
}

function source(
  shape: TableShape,
  column: ColumnShape,
  fixed: Row,
  keys: ReadonlySet<string>,
  nonce: number,
): Choice[] {
  const value = (text: Value): Choice => ({ value: text, isDefault: false });
  const given = fixed.get(column.name);
  if (given !== undefined) return [value(given)];
  const expressions = shape.checks
    .filter(({ columns }) => columns.includes(column.name))
    .map(({ expression }) => expression);
  const guessed = candidates(column, nonce, [...expressions, ...column.domainChecks]).map(value);
  // A sequence's next value would be lost with the rollback: keys get values of their own.
  const isOptional =
    !mustBeGiven(column) && !(keys.has(column.name) && (column.notNull || takesNext(column)));
  const all = isOptional ? [byDefault, ...guessed] : guessed;
  if (all.length > 0) return all;
  throw new NoRowError(
    `column ${column.name} is of type ${column.type}, of which no value is known`,
  );
}
