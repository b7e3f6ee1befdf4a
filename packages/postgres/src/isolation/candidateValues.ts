import type { ColumnShape } from "./tableShapes";

/** Sample values of each type, most likely first. Texts cover common uses of a column: a name, an address, a code. */
function valuesOf(nonce: number) {
  const tag = `p${nonce.toString(36)}`;
  const hex = nonce.toString(16).padStart(12, "0").slice(-12);
  const day = new Date(Date.UTC(1990, 0, 1 + (nonce % 9_000))).toISOString().slice(0, 10);
  const uuid = `00000000-0000-4000-8000-${hex}`;
  const small = String(1 + (nonce % 32_000));
  const integers = [small, "1", "0", "-1", "2", "10", "50", "100", "1000"];
  const decimals = ["1", "0", "0.5", "-1", "10", "100", small];
  const moments = [`${day} 00:00:00+00`, "2000-01-01", "now", "2100-01-01"];
  const texts = [
    ...[tag, `${tag}@example.com`, `https://${tag}.example.com`, `${tag}.example.com`, `/${tag}`],
    ...[
      tag.toUpperCase(),
      uuid,
      String(nonce),
      `+${String(nonce).padStart(11, "1")}`,
      hex.repeat(6).slice(0, 64),
    ],
    ...[
      day,
      "192.0.2.1",
      "12:00",
      "en",
      "en-US",
      "EUR",
      "EU",
      "A",
      "a",
      "1",
      "0",
      "1.0.0",
      "1.0",
      "#aabbcc",
    ],
    ...[
      "a1",
      "A1",
      "AA-0001",
      "AAA-000001",
      "00000",
      "{}",
      "[]",
      "",
      "x".repeat(20),
      "x".repeat(100),
    ],
  ];
  const types: Record<string, string[]> = {
    smallint: integers,
    integer: [String(nonce % 2_000_000_000), ...integers],
    bigint: [String(nonce), ...integers],
    numeric: decimals,
    real: decimals,
    "double precision": decimals,
    money: decimals,
    boolean: ["false", "true"],
    uuid: [uuid],
    date: [day, "2000-01-01", "today", "2100-01-01"],
    "timestamp with time zone": moments,
    "timestamp without time zone": moments,
    "time without time zone": ["12:00"],
    "time with time zone": ["12:00+00"],
    interval: ["1 day", "0", "1 hour"],
    json: ["{}", "[]", '"x"', "1"],
    jsonb: ["{}", "[]", '"x"', "1"],
    bytea: [`\\x${hex}`, "\\x", `\\x${"00".repeat(32)}`, `\\x${"00".repeat(16)}`],
    inet: ["192.0.2.1", "2001:db8::1"],
    cidr: ["192.0.2.0/24", "2001:db8::/32"],
    macaddr: ["08:00:2b:01:02:03"],
    tsvector: [""],
    tsquery: [""],
    xml: ["<x/>"],
    point: ["(0,0)"],
    name: [tag],
    bit: ["0"],
    "bit varying": ["0"],
    'pg_catalog."char"': ["a"],
    '"char"': ["a"],
  };
  return { texts, types };
}

/** A value as text that PostgreSQL casts to the column's type; null is null. */
export type Value = string | null;

/**
 * Values that a column may take, most likely first. The server decides which of them its CHECKs allow.
 *
 * @param nonce A number unique in this run, so that unique columns get distinct values.
 * @param expressions CHECKs over the column. Literals in them are often allowed values.
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

/** Whether the value is within the type's range. Outside of it a cast fails, whereas a CHECK only filters. */
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

/** Quoted literals, and numbers with their neighbours. */
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
