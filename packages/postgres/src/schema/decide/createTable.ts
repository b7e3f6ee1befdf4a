import { firstComment } from "../repair/commentStatement";
import { createStatements } from "../repair/createStatements";
import { indexIfMissing } from "./indexIfMissing";
import { withOptions } from "../repair/optionStatements";
import type { SchemaObject } from "../schemaObject";
import { columnWords } from "../schemaPhrases";

/** CREATE TABLE IF NOT EXISTS with all that belongs to the table, out of the objects of the state that has it. */
export function createTable(
  table: SchemaObject,
  objects: readonly SchemaObject[],
): string[] | undefined {
  const { identity, facts } = table;
  // Such a table takes columns from another, and the rows show which of them are its own.
  if (facts["inherits"] || facts["of type"]) return undefined;
  const own = objects.filter((object) => object.facts["table"] === identity);
  const ofKind = (kind: SchemaObject["kind"]) => own.filter((object) => object.kind === kind);
  const columns = ofKind("column");
  const unlogged = facts["persistence"] === "UNLOGGED" ? "unlogged " : "";
  const create = `create ${unlogged}table if not exists ${identity}`;

  const body = [
    ...columns.map((column) => [column.facts["name"], ...columnWords(column.facts)].join(" ")),
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
    ...ofKind("index").flatMap((index) => [indexIfMissing(index), ...firstComment(index)]),
    ...ofKind("trigger")
      .filter(isOwn)
      .flatMap((trigger) => [
        `drop trigger if exists ${trigger.facts["name"] ?? ""} on ${identity}`,
        ...createStatements(trigger),
      ]),
    ...[table, ...columns].flatMap(firstComment),
  ];
}

/** A partition has others from its table. */
function isOwn({ facts }: SchemaObject): boolean {
  return (facts["parent"] ?? null) === null;
}
