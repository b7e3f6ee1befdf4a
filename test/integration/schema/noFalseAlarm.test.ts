import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { migrate } from "../../../postgres/migrations/migrate";
import { departures } from "./noFalseAlarm/departures";
import { beginning } from "./noFalseAlarm/model";
import { makesRecord, operations, perform } from "./noFalseAlarm/operations";
import { Stage } from "./noFalseAlarm/stage";

// To play the same again: NO_FALSE_ALARM_SEED=… npx vitest run --project integration noFalseAlarm
const seed = Number(process.env["NO_FALSE_ALARM_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["NO_FALSE_ALARM_RUNS"] ?? 200);

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  await mkdir(stage.settings.directory);
  await stage.run("create extension citext; create extension pgcrypto");
  await stage.write("000001_rich", readFileSync(join(__dirname, "rich.sql"), "utf8"), "select 1");
  await migrate(stage.settings);
  await stage.keep(stage.settings.directory);
});
afterAll(() => stage.close());

test(`nothing that is allowed looks like drift (${numRuns} sequences, seed ${seed})`, async () => {
  const clean = fc.asyncProperty(operations, async (sequence) => {
    await stage.reset();
    const model = beginning();
    for (const operation of sequence) {
      // What a run records can't be told from it any more.
      if (makesRecord(operation)) expect(await departures(stage)).toEqual([]);
      await perform(stage, model, operation);
    }
    expect(await departures(stage)).toEqual([]);
  });
  await fc.assert(clean, { seed, numRuns, endOnFailure: false });
}, 600_000);
