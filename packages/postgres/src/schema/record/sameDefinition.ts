import { loadModule, parseSync } from "libpg-query";

/**
 * Whether PostgreSQL's grammar parses two texts of the catalog to the same thing.
 *
 * After a restore, PostgreSQL prints some expressions differently: `varchar in ('a')` first as a cast of an array, later as an
 * array of casts, and `(a or b) or c` without its parentheses. Neither is a difference.
 */
export async function sameDefinition(one: string, other: string): Promise<boolean> {
  await loadModule();
  return contexts.some((context) => {
    const [first, second] = [meaning(context, one), meaning(context, other)];
    return first !== undefined && first === second;
  });
}

/** What a text may be: a statement, an expression, a table's constraint, a domain's constraints. */
const contexts = [
  (text: string) => text,
  (text: string) => `select ${text}`,
  (text: string) => `alter table t add ${text}`,
  (text: string) =>
    text
      .split("\n")
      .map((line) => `alter domain d add ${line}`)
      .join(";"),
];

function meaning(context: (text: string) => string, text: string): string | undefined {
  try {
    return JSON.stringify(canonical(parseSync(context(text))));
  } catch {
    return undefined;
  }
}

type Tree = Record<string, unknown>;

/** A parse tree without positions, in which a cast of an array is a cast of each element. */
function canonical(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(canonical);
  if (!isTree(node)) return node;
  const pushed = pushCast(node);
  if (pushed !== undefined) return canonical(pushed);
  const entries = Object.entries(node).filter(([key]) => !positions.test(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, canonical(value)]));
}

const positions = /location$|^stmt_len$|^list_(start|end)$/;

/** `array[a, b]::text[]` as `array[a::text, b::text]`; undefined for anything else. */
function pushCast(node: Tree): Tree | undefined {
  const cast = node["TypeCast"];
  if (!isTree(cast) || !isTree(cast["arg"]) || !isTree(cast["typeName"])) return undefined;
  const array = cast["arg"]["A_ArrayExpr"];
  const { arrayBounds, ...element } = cast["typeName"];
  if (!isTree(array) || arrayBounds === undefined) return undefined;
  const elements = Array.isArray(array["elements"]) ? (array["elements"] as unknown[]) : [];
  const casted = elements.map((arg) => {
    const nested = isTree(arg) && "A_ArrayExpr" in arg;
    return { TypeCast: { arg, typeName: nested ? cast["typeName"] : element } };
  });
  return { A_ArrayExpr: { elements: casted } };
}

function isTree(node: unknown): node is Tree {
  return typeof node === "object" && node !== null;
}
