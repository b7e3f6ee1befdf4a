import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { candidates, type Value } from "./candidateValues";
import type { ColumnShape, TableShape } from "./tableShapes";

/** A row to insert: text by column. Columns that are absent take their default. */
export type Row = ReadonlyMap<string, Value>;

/**
 * Finds a row that a table's types and CHECKs allow. The server evaluates the CHECKs; nothing is written.
 *
 * @param fixed Values that are already decided: the tenant, keys, referenced columns.
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

/** A chosen default is omitted, so that the table applies it. */
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
  if (!column.may.INSERT) {
    // A rollback does not give a sequence's value back.
    if (given === undefined && !mustBeGiven(column) && !takesNext(column)) return [byDefault];
    throw new NoRowError(
      `the role may insert into ${shape.schema}.${shape.table}, but not into its column ${column.name}`,
    );
  }
  if (given !== undefined) return [value(given)];
  const expressions = shape.checks
    .filter(({ columns }) => columns.includes(column.name))
    .map(({ expression }) => expression);
  const guessed = candidates(column, nonce, [...expressions, ...column.domainChecks]).map(value);
  // A rollback does not give a sequence's value back, so keys get explicit values.
  const isOptional =
    !mustBeGiven(column) && !(keys.has(column.name) && (column.notNull || takesNext(column)));
  const all = isOptional ? [byDefault, ...guessed] : guessed;
  if (all.length > 0) return all;
  throw new NoRowError(
    `column ${column.name} is of type ${column.type}, of which no value is known`,
  );
}

/** No row satisfies the table's constraints, as far as this program can tell. */
export class NoRowError extends Error {}

/** One of the values that a column may take. */
interface Choice {
  value: Value;
  isDefault: boolean;
}

/** Asks the server which values pass each column's CHECKs, then which combination passes those over several columns. */
async function choose(
  client: Client,
  shape: TableShape,
  columns: readonly ColumnShape[],
  sources: readonly Choice[][],
): Promise<Choice[]> {
  const passed = await pass(client, shape, columns, sources);
  const joint = shape.checks.filter((check) => check.columns.length > 1);
  const involved = columns.flatMap(({ name }, at) =>
    joint.some((check) => check.columns.includes(name)) ? [at] : [],
  );
  const firsts = passed.map(([first]) => first ?? byDefault);
  if (involved.length === 0) return firsts;

  const aliases = involved.map((_, number) => `c${number}.position`);
  const from = columns
    .flatMap((column, at) => (involved.includes(at) ? [{ column, choices: passed[at] ?? [] }] : []))
    .map(({ column, choices }, number) => valuesList(column, choices.slice(0, 8), `c${number}`));
  const where = joint.map(({ expression }) => `(${expression}) is not false`).join(" and ");
  const [found] = await ask<{ positions: number[] }>(
    client,
    shape,
    `select array[${aliases.join(", ")}] as positions from ${from.join(" cross join ")}
      where ${where} order by ${aliases.join(" + ")} limit 1`,
  );
  if (found === undefined) {
    const names = joint.map(({ name }) => name).join(", ");
    throw new NoRowError(`no values were found that pass ${names} together`);
  }
  return firsts.map((first, at) => {
    const position = found.positions[involved.indexOf(at)];
    return position === undefined ? first : (passed[at]?.[position] ?? first);
  });
}

/** The values of each column that pass its own CHECKs, in one query. */
async function pass(
  client: Client,
  shape: TableShape,
  columns: readonly ColumnShape[],
  sources: readonly Choice[][],
): Promise<Choice[][]> {
  const questions = columns.flatMap((column, at) => {
    const conditions = conditionsOn(shape, column);
    if (conditions.length === 0) return [];
    const from = valuesList(column, sources[at] ?? [], "c");
    return [`select ${at} as at, c.position from ${from} where ${conditions.join(" and ")}`];
  });
  if (questions.length === 0) return [...sources];
  const sql = `${questions.join(" union all ")} order by 1, 2`;
  const found = await ask<{ at: number; position: number }>(client, shape, sql);
  return columns.map((column, at) => {
    const choices = sources[at] ?? [];
    if (conditionsOn(shape, column).length === 0) return choices;
    const passed = found
      .filter((one) => one.at === at)
      .flatMap((one) => choices[one.position] ?? []);
    if (passed.length > 0) return passed;
    const name = `${shape.schema}.${shape.table}.${column.name}`;
    throw new NoRowError(
      `no value was found that passes the CHECKs of column ${column.name}: give a sample for ${name}`,
    );
  });
}

function conditionsOn(shape: TableShape, column: ColumnShape): string[] {
  const own = shape.checks.filter(
    ({ columns }) => columns.length === 1 && columns[0] === column.name,
  );
  const name = escapeIdentifier(column.name);
  const texts = [
    ...own.map(({ expression }) => expression),
    ...column.domainChecks.map((text) => text.replaceAll(/\bVALUE\b/g, name)),
  ];
  return texts.map((text) => `(${text}) is not false`);
}

/** The column's default. */
const byDefault: Choice = { value: null, isDefault: true };

/** A FROM item with the column under its own name, and the position of each value. */
function valuesList(column: ColumnShape, choices: readonly Choice[], alias: string): string {
  const rows = choices.map(({ value, isDefault }, position) => {
    const isConstant = isDefault && column.default !== null && !takesNext(column);
    const text = isConstant
      ? `(${String(column.default)})`
      : value === null
        ? "null"
        : escapeLiteral(value);
    return `(${text}::${column.type}, ${position})`;
  });
  return `(values ${rows.join(", ")}) as ${alias} (${escapeIdentifier(column.name)}, position)`;
}

async function ask<T extends object>(client: Client, shape: TableShape, sql: string): Promise<T[]> {
  try {
    return (await client.query<T>(sql)).rows;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new NoRowError(
      `the CHECKs of ${shape.schema}.${shape.table} cannot be evaluated: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** Whether its default advances a sequence, which a rollback does not undo. */
function takesNext({ identity, default: given }: ColumnShape): boolean {
  return identity !== "" || (given?.includes("nextval(") ?? false);
}
