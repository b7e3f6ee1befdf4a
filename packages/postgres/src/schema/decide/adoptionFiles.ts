import { type AdoptionSql, adoptionSql } from "./adoptionSql";
import type { SchemaInspection } from "../inspectSchema";

/** A pair of migration files that makes official what somebody did by hand. */
export interface AdoptionFiles {
  /** With the next free number. */
  name: string;
  /** Empty if no statement can be written for any of it. */
  up: string;
  down: string;
  /** Objects for which only a person can write it. */
  unwritten: string[];
}

/** Writes the migration for all that `up` refuses. */
export function adoptionFiles({ schema, migrations, states }: SchemaInspection): AdoptionFiles {
  const number = (migrations.at(-1)?.number ?? 0) + 1;
  const written: (AdoptionSql & { object: string; isMissing: boolean })[] = [];
  const unwritten: string[] = [];
  const refused = schema.filter(({ repair }) => repair === "refused");
  for (const { object, change, facts } of refused) {
    const about = facts.length === 0 ? change : { ...change, facts: [...facts] };
    const sql = adoptionSql(about, states);
    if (sql === undefined) unwritten.push(object);
    else written.push({ object, isMissing: change.change === "missing", ...sql });
  }
  const objects = [...new Set(written.map(({ object }) => object))];
  const marks = objects.map((object) => `-- resolves drift: ${object}`);
  // What stands on another thing goes before it and comes after it.
  const gone = written.filter(({ isMissing }) => isMissing);
  const other = written.filter(({ isMissing }) => !isMissing);
  const up = [...gone.toReversed(), ...other].flatMap((one) => one.up);
  const down = [...other.toReversed(), ...gone].flatMap((one) => one.down);
  return {
    name: `${String(number).padStart(6, "0")}_resolve_drift`,
    up: written.length === 0 ? "" : [...marks, ...ended(up)].join("\n"),
    down: ended(down).join("\n"),
    unwritten: [...new Set(unwritten)],
  };
}

function ended(statements: readonly string[]): string[] {
  return [...new Set(statements)].map((statement) => `${statement};`);
}
