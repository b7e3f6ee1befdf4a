import { alterTo } from "./alterTo";
import { columnCommentStatements } from "../repair/columnComments";
import { firstComment, nounOf } from "../repair/commentStatement";
import type { SchemaChange } from "../catalog/compareSchema";
import { createStatements } from "../repair/createStatements";
import { createTable } from "./createTable";
import { indexIfMissing } from "./indexIfMissing";
import { withOptions } from "../repair/optionStatements";
import type { SchemaObject } from "../schemaObject";
import { columnWords } from "../schemaPhrases";
import { sequenceOptions } from "../repair/sequenceOptions";

/** A pair of files that makes a change official. */
export interface AdoptionSql {
  up: readonly string[];
  down: readonly string[];
}

/**
 * The statements of a migration that makes of the recorded schema what somebody has made of it by hand.
 *
 * They do nothing where it is so already: the live database is there, others are not.
 *
 * @returns undefined where only a person can write them.
 */
export function adoptionSql(
  change: SchemaChange,
  { expected, actual }: { expected: readonly SchemaObject[]; actual: readonly SchemaObject[] },
): AdoptionSql | undefined {
  const up = statementsTo(change, actual);
  const down = statementsTo(reverse(change), expected);
  return up === undefined || down === undefined ? undefined : { up, down };
}

function reverse({ change, expected, actual, ...rest }: SchemaChange): SchemaChange {
  const turned = { added: "missing", missing: "added", altered: "altered" } as const;
  return {
    ...rest,
    change: turned[change],
    ...(actual === undefined ? {} : { expected: actual }),
    ...(expected === undefined ? {} : { actual: expected }),
  };
}

/** @param objects All objects of the state that the statements lead to. */
function statementsTo(
  change: SchemaChange,
  objects: readonly SchemaObject[],
): string[] | undefined {
  const { actual, expected } = change;
  if (actual === undefined) return expected === undefined ? undefined : dropIfExists(expected);
  if (change.change === "added") return createIfMissing(actual, objects);
  const statements = change.facts.map((fact) => alterTo(actual, fact, expected));
  return statements.some((one) => one === undefined)
    ? undefined
    : statements.filter((one) => one !== undefined);
}

function dropIfExists({ kind, identity, facts }: SchemaObject): string[] {
  const { table, name } = facts;
  switch (kind) {
    case "column":
    case "constraint":
      return [`alter table ${table ?? ""} drop ${kind} if exists ${name ?? ""}`];
    case "trigger":
    case "rule":
      return [`drop ${kind} if exists ${name ?? ""} on ${table ?? ""}`];
    default:
      return [`drop ${nounOf(kind)} if exists ${identity}`];
  }
}

function createIfMissing(
  object: SchemaObject,
  objects: readonly SchemaObject[],
): string[] | undefined {
  const { kind, identity, facts } = object;
  switch (kind) {
    case "schema":
      // In which order its tables can be made only a person sees.
      return objects.some((one) => one.identity.startsWith(`${identity}.`))
        ? undefined
        : [`create schema if not exists ${identity}`, ...firstComment(object)];
    case "table":
      return createTable(object, objects);
    case "column": {
      const { table, name } = facts;
      const column = [name ?? "", ...columnWords(facts)].join(" ");
      const add = `alter table ${table ?? ""} add column if not exists ${column}`;
      return [add, ...firstComment(object)];
    }
    case "index":
      return [indexIfMissing(object), ...firstComment(object)];
    case "constraint":
      return [
        ...dropIfExists(object),
        `alter table ${facts["table"] ?? ""} add constraint ${facts["name"] ?? ""} ${facts["definition"] ?? ""}`,
        ...firstComment(object),
      ];
    case "sequence":
      return [
        `create sequence if not exists ${identity} ${sequenceOptions(facts)}`,
        ...(facts["owned by"] ? [`alter sequence ${identity} owned by ${facts["owned by"]}`] : []),
        ...firstComment(object),
      ];
    case "materialized view": {
      const query = (facts["definition"] ?? "").trim().replace(/;$/, "");
      return [
        `create materialized view if not exists ${identity}${withOptions(facts["options"])} as\n${query}`,
        ...objects
          .filter((one) => one.kind === "index" && one.facts["table"] === identity)
          .flatMap((index) => [indexIfMissing(index), ...firstComment(index)]),
        ...columnCommentStatements(object),
        ...firstComment(object),
      ];
    }
    case "foreign table":
      return undefined;
    case "function":
    case "procedure":
    case "view":
      return createStatements(object);
    default:
      return [...dropIfExists(object), ...createStatements(object)];
  }
}
