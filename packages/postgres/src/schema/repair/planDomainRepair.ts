import type { SchemaChange } from "../catalog/compareSchema";
import type { RepairAction, SchemaRepair } from "./schemaRepair";
import { namePattern } from "./splitNames";

/** What a domain's default, NOT NULL or checks are put right with. A check is validated after it was added. */
export function planDomainRepair(change: SchemaChange, fact: string): SchemaRepair {
  const { identity, expected, actual } = change;
  const alter = `alter domain ${identity}`;
  const value = expected?.facts[fact] ?? null;
  const actions: Record<string, () => RepairAction[]> = {
    default: () => [
      { transaction: [`${alter} ${value === null ? "drop default" : `set default ${value}`}`] },
    ],
    "not null": () => [{ transaction: [`${alter} ${value === null ? "drop" : "set"} not null`] }],
    checks: () => replaceChecks(alter, readChecks(actual?.facts[fact]), readChecks(value)),
  };
  const act = actions[fact];
  if (act === undefined) throw new Error(`a domain's ${fact} holds data: no statement restores it`);
  return { phase: "types", object: `domain ${identity}`, actions: act() };
}

function replaceChecks(
  alter: string,
  actual: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): RepairAction[] {
  const spare = [...actual].filter(([name, text]) => expected.get(name) !== text);
  const wanting = [...expected].filter(([name, text]) => actual.get(name) !== text);
  const drops = spare.map(([name]) => `${alter} drop constraint ${name}`);
  const adds = wanting.map(([, text]) => `${alter} add ${text} not valid`);
  const validations = wanting.map(([name]) => `${alter} validate constraint ${name}`);
  return [
    { transaction: [...drops, ...adds] },
    ...(validations.length === 0 ? [] : [{ transaction: validations }]),
  ];
}

const check = new RegExp(`^CONSTRAINT (${namePattern}) CHECK `);

function readChecks(text: string | null | undefined): Map<string, string> {
  const lines = (text ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [check.exec(line)?.[1] ?? line, line]));
}
