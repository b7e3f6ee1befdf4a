import fc from "fast-check";

import { migrate } from "../../../../src/migrations/migrate";
import { rollbackAnyhow } from "../../migrations/rollbackAnyhow";
import { converge } from "./converge";
import { type EverydayName, everydaySql } from "./everydaySql";
import { type Model, pickOf } from "./model";
import { type SchemaChangeName, schemaChanges } from "./schemaChange";
import type { Stage } from "./stage";

/** An allowed operation, which must never look like drift. `pick` chooses among existing objects. */
type Operation =
  | { do: "everyday"; what: EverydayName; pick: number }
  | { do: "migrate"; changes: { what: SchemaChangeName; pick: number }[] }
  | { do: "roll back" }
  | { do: "restart" }
  | { do: "dump and restore" };

const pick = fc.nat(99);
const everyday = fc.record({
  do: fc.constant("everyday" as const),
  what: fc.constantFrom(...(Object.keys(everydaySql) as EverydayName[])),
  pick,
});
const change = fc.record({
  what: fc.constantFrom(...(Object.keys(schemaChanges) as SchemaChangeName[])),
  pick,
});
const migration = fc.record({
  do: fc.constant("migrate" as const),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});
const alone = <T extends string>(name: T) => fc.constant({ do: name });

/** A sequence of them. Restarts and restores take long, so they are rare. */
export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    { weight: 50, arbitrary: everyday },
    { weight: 30, arbitrary: migration },
    { weight: 6, arbitrary: alone("roll back") },
    { weight: 1, arbitrary: alone("restart") },
    { weight: 2, arbitrary: alone("dump and restore") },
  ),
  { minLength: 1, maxLength: 6 },
);

/** Whether it is a migration run, which records the resulting schema. */
export function makesRecord({ do: kind }: Operation): boolean {
  return kind === "migrate" || kind === "roll back";
}

/** Carries one out, in the database and in the model. */
export async function perform(stage: Stage, model: Model, operation: Operation): Promise<void> {
  switch (operation.do) {
    case "everyday": {
      const table = pickOf(model.tables, operation.pick);
      if (table === undefined) return;
      return stage.run(everydaySql[operation.what](table, operation.pick, model.tables));
    }
    case "migrate":
      for (const { what, pick } of operation.changes)
        await writeMigration(stage, model, what, pick);
      await migrate(stage.settingsFor(model));
      return converge(stage, model);
    case "roll back":
      return undo(stage, model);
    case "restart":
      return stage.restart();
    case "dump and restore":
      return stage.move();
  }
}

async function writeMigration(
  stage: Stage,
  model: Model,
  what: SchemaChangeName,
  pick: number,
): Promise<void> {
  const table = pickOf(model.tables, pick);
  if (table === undefined) return;
  const before = structuredClone(model.tables);
  const name = `n${++model.names}`;
  const { up, down } = schemaChanges[what](model, table, name, pick);
  const file = `${String(++model.version).padStart(6, "0")}_${name}`;
  await stage.write(file, `${up};\n`, `${down};\n`);
  model.applied.push({ file, before });
}

async function undo(stage: Stage, model: Model): Promise<void> {
  const last = model.applied.pop();
  if (last === undefined) return;
  model.tables = last.before;
  await rollbackAnyhow({ ...stage.settingsFor(model), target: --model.version });
  // The rest was secured before: an update has nothing to do.
  await stage.erase(last.file);
}
