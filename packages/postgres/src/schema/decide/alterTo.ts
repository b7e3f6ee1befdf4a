import type { SchemaObject } from "../schemaObject";
import { sequenceOptions } from "../repair/sequenceOptions";

/**
 * The statement that gives an object one of its facts, whatever it was before. A change of type rewrites the table; its
 * rows stay.
 *
 * @param from The object as it was.
 * @returns undefined where only a person can write it.
 */
export function alterTo(
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
      return renumber(column, from?.facts[fact] ?? null, value);
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

/** Whoever begins to number or ends it has to think of the numbers that are there. */
function renumber(column: string, from: string | null, to: string | null): string | undefined {
  const [[when = "", options], [, before]] = [to, from].map((identity) =>
    (identity ?? "").split(/(?= \()/),
  ) as [string[], string[]];
  const isOther = from === null || to === null || options !== before;
  return isOther ? undefined : `${column} set generated ${when.toLowerCase()}`;
}

/** Each label goes after the one before it. Nothing takes a label away, so that the way down leaves them. */
function addLabels(
  identity: string,
  from: readonly string[],
  to: readonly string[],
): string | undefined {
  if (to.every((label) => from.includes(label))) {
    const isShorter = to.length < from.length;
    return isShorter ? `/* PostgreSQL takes no label from ${identity} */ select 1` : undefined;
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
