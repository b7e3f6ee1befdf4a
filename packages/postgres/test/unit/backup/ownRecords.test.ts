import { expect, test } from "vitest";

import type { DrillRecord } from "../../../src/backup/drill/drillRecord";
import { readDrillRecords } from "../../../src/backup/drill/drillRecords";

const drill = (day: number): DrillRecord => ({
  ...{ time: `2026-11-${day}T04:17:00.000Z`, repository: 1, faults: [], seconds: 4 },
  ...{ recoveries: [], gaps: [gap] },
});
const gap = {
  ...{ timeline: 1, from: new Date("2026-11-10T04:00:00Z"), until: null },
  ...{ firstSegment: "000000010000000000000005", lastSegment: "000000010000000000000006" },
};
const whole = JSON.stringify(drill(15));

/** A repository with these files in the folder of the drills. */
const repository = (files: Record<string, string>) => (args: readonly string[]) => {
  const path = args.at(-1) ?? "";
  const output = args.includes("repo-ls") ? JSON.stringify(files) : files[path.slice(7)];
  return Promise.resolve({ code: 0, output: output ?? "" });
};

test.each([
  ["cut off", whole.slice(0, 40)],
  ["empty", ""],
  ["no record", "null"],
  ["of another kind", '{"time":"yesterday"}'],
])("a record that is %s hides none of the others", async (_what, text) => {
  const run = repository({
    "2026-11-15.json": whole,
    "2026-11-22.json": JSON.stringify(drill(22)),
    "2026-11-29.json": text,
  });
  const damaged = ["drills/2026-11-29.json"];
  expect(await readDrillRecords(run)).toEqual({ records: [drill(22)], damaged });
  expect(await readDrillRecords(run, 20)).toEqual({ records: [drill(15), drill(22)], damaged });
});
