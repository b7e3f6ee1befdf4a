import { columnsOf } from "./catalog/columnsOf";
import type { SchemaObject } from "./schemaObject";

/** Longer texts are cut around their first difference: a difference is one line. */
const longest = 160;

/**
 * What is there as a whole, in one phrase.
 *
 * @param objects All objects of its state, for what a table is made of.
 */
export function describeObject(object: SchemaObject, objects: readonly SchemaObject[]): string {
  const { kind, identity, facts } = object;
  switch (kind) {
    case "column":
      return `type ${columnWords(facts).join(" ")}`;
    case "constraint":
    case "index":
    case "statistics":
    case "trigger":
    case "rule":
      return cut(oneLine(facts["definition"] ?? ""));
    case "enum":
      return `labels ${cut(facts["labels"] ?? "")}`;
    case "domain":
      return `type ${facts["type"] ?? ""}`;
    case "type":
      return `attributes ${cut(facts["attributes"] ?? "")}`;
    case "sequence":
      return `type ${facts["type"] ?? ""}, increment ${facts["increment"] ?? ""}`;
    case "table":
      return facts["partition of"]
        ? `partition of ${facts["partition of"]}`
        : cut(
            `columns ${columnsOf(identity, objects)
              .map((column) => column.facts["name"] ?? "")
              .join(", ")}`,
          );
    default:
      return `${article(kind)} ${kind}`;
  }
}

/** What a column is, as CREATE TABLE would have it after its name. */
export function columnWords(facts: SchemaObject["facts"]): string[] {
  const { type, collation, default: value, generated, identity } = facts;
  return [
    type ?? "",
    ...(collation ? [`collate ${collation}`] : []),
    ...(value ? [`default ${value}`] : []),
    ...(generated ? [`generated always as (${generated}) stored`] : []),
    ...(identity ? [identityWords(identity)] : []),
    ...(facts["not null"] ? ["not null"] : []),
  ];
}

/** `BY DEFAULT (START WITH 10)` as a clause. */
function identityWords(identity: string): string {
  const [, when = "", options = ""] = /^(ALWAYS|BY DEFAULT)(.*)$/.exec(identity) ?? [];
  return `generated ${when.toLowerCase()} as identity${options}`;
}

/** One fact of what is expected and of what is there, as two phrases that show where they part. */
export function describeFact(
  fact: string,
  expected: string | null,
  actual: string | null,
): readonly [string, string] {
  const texts = [expected, actual].map((value) => (value === null ? null : oneLine(value)));
  const [wanted = null, found = null] = texts;
  const start = firstDifference(wanted ?? "", found ?? "");
  return [phrase(fact, wanted, start), phrase(fact, found, start)];
}

function phrase(fact: string, value: string | null, start: number): string {
  if (value === null) return nothing[fact] ?? `no ${fact}`;
  const shown = cut(value, start);
  if (bare.has(fact)) return shown;
  return fact === "comment" ? `comment '${shown}'` : `${words[fact] ?? fact} ${shown}`;
}

// These say by themselves what they are.
const bare = new Set(["definition", "valid", "enabled", "not null", "persistence", "checks"]);
const nothing: Readonly<Record<string, string>> = {
  "not null": "nullable",
  checks: "no check",
  identity: "no identity",
  "partition of": "no partition",
  cycle: "NO CYCLE",
};
const words: Readonly<Record<string, string>> = {
  generated: "generated as",
  identity: "identity",
};

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function cut(text: string, start = 0): string {
  if (text.length <= longest) return text;
  // Some of what both share shows where one is.
  const from = Math.max(0, Math.min(start - 40, text.length - longest));
  const shown = text.slice(from, from + longest);
  return `${from > 0 ? "…" : ""}${shown}${from + longest < text.length ? "…" : ""}`;
}

function firstDifference(one: string, other: string): number {
  let index = 0;
  while (index < one.length && one[index] === other[index]) index++;
  return index;
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? "an" : "a";
}
