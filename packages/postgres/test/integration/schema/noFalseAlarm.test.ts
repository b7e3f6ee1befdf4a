import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { migrate } from "../../../src/migrations/migrate";
import { repetitions } from "../../../../../test/repetitions";
import { begin } from "./noFalseAlarm/begin";
import { converge } from "./noFalseAlarm/converge";
import { departures } from "./noFalseAlarm/departures";
import { beginning, type Model } from "./noFalseAlarm/model";
import { makesRecord, operations, perform } from "./noFalseAlarm/operations";
import { Stage } from "./noFalseAlarm/stage";

// To play the same again: NO_FALSE_ALARM_SEED=… npx vitest run --project integration noFalseAlarm
const seed = Number(process.env["NO_FALSE_ALARM_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = repetitions(200);

let stage: Stage;
/** What the last sequence has left, if it was clean. */
let last: Model | undefined;

beforeAll(async () => {
  stage = await Stage.open();
  await mkdir(stage.settings.directory);
  await stage.run("create extension citext; create extension pgcrypto");
  for (const [name, file] of [
    ["000001_rich", "rich.sql"],
    ["000002_tenants", "noFalseAlarm/tenants.sql"],
  ] as const) {
    await stage.write(name, readFileSync(join(__dirname, file), "utf8"), "select 1");
  }
  const model = beginning();
  await migrate(stage.settingsFor(model));
  await converge(stage, model);
  await stage.grant();
  await stage.keep();
});
afterAll(() => stage.close());

test(`no allowed change looks like drift (${numRuns} sequences, seed ${seed})`, async () => {
  const clean = fc.asyncProperty(operations, async (sequence) => {
    const model = await begin(stage, last);
    last = undefined;
    for (const operation of sequence) {
      // What a run records can't be told from it any more.
      if (makesRecord(operation)) expect(await departures(stage, model)).toEqual([]);
      await perform(stage, model, operation);
    }
    expect(await departures(stage, model)).toEqual([]);
    last = model;
  });
  await fc.assert(clean, { seed, numRuns, endOnFailure: false });
}, 600_000);
