import type { ColumnShape } from "./readTableShapes";
import { valuesOf } from "./sampleValues";

/** A value as text that PostgreSQL casts to the column's type; null is null. */
export type Value = string | null;

/**
 * Values that a column may take, the likeliest first. Which of them its CHECKs allow is for the server to say.
 *
 * @param nonce A number that no other row of this run has, so that unique columns get values of their own.
 * @param expressions CHECKs over the column: the literals in them are often what they allow.
 */
export function candidates(
  column: ColumnShape,
  nonce: number,
  expressions: readonly string[],
): Value[] {
  const mined = literalsIn(expressions, column.category);
  const known = column.labels ?? byType(column.type.replace(/\(.*?\)/g, ""), nonce);
  const byCategory =
    known ?? (column.category === "A" ? ["{}"] : column.category === "R" ? ["empty"] : []);
  return [...new Set([...byCategory, ...mined])].filter((text) => fits(column.type, text));
}

/** A value beyond the type's range would be an error, where one that a CHECK refuses is none. */
function fits(type: string, text: string): boolean {
  if (["smallint", "integer", "bigint"].includes(type)) {
    const limit = type === "smallint" ? 32_767 : type === "integer" ? 2_147_483_647 : 2 ** 53;
    return /^-?\d+$/.test(text) && Math.abs(Number(text)) <= limit;
  }
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  return (
    precision === undefined || Math.abs(Number(text)) < 10 ** (Number(precision) - Number(scale))
  );
}

function byType(type: string, nonce: number): string[] | undefined {
  const { texts, types } = valuesOf(nonce);
  if (["text", "character varying", "character", "public.citext", "citext"].includes(type))
    return texts;
  return types[type];
}

/** What stands in quotes, and numbers with their neighbours. */
function literalsIn(expressions: readonly string[], category: string): string[] {
  const all = expressions.join(" ");
  const quoted = Array.from(all.matchAll(/'((?:[^']|'')*)'/g), ([, text = ""]) =>
    text.replaceAll("''", "'"),
  );
  const numbers = Array.from(
    all.matchAll(/(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])/g),
    ([text]) => text,
  );
  if (category === "S") {
    const lengths = numbers.map(Number).filter((length) => length > 0 && length <= 2_000);
    return [...quoted, ...lengths.map((length) => "x".repeat(length))];
  }
  if (category === "D") return quoted.filter((text) => /^\d{4}-\d\d-\d\d/.test(text));
  if (category !== "N") return [];
  const near = [...numbers, ...quoted].map(Number).filter(Number.isFinite);
  return near.flatMap((number) => [number, number + 1, number - 1]).map(String);
}
