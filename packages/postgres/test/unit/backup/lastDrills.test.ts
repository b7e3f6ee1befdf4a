import { expect, test } from "vitest";

import type { DrillRecord } from "../../../src/backup/drill/drillRecord";
import {
  drillFault,
  drillWarnings,
  lastDrillOf,
  parseCopy,
} from "../../../src/backup/drill/lastDrills";
import { readServerRecord } from "../../../src/backup/drill/serverRecord";

const drill = (day: number, faults: string[] = []): DrillRecord => ({
  ...{ time: `2026-11-${String(day).padStart(2, "0")}T04:17:00.000Z`, repository: 1, faults },
  ...{ recoveries: [], seconds: 4 },
});
const now = new Date("2026-11-30T12:00:00Z");
const fault = (days: number[], faulty: number[] = [], within = 8) => {
  const records = [...days, ...faulty]
    .sort((one, other) => one - other)
    .map((day) => drill(day, faulty.includes(day) ? ["a fault"] : []));
  return drillFault([lastDrillOf(1, records, now)], within, "prod", now.getTime())?.fault;
};

test("a sound drill counts for as many days as the stack asks, whatever a later one found", () => {
  expect(fault([23])).toBeUndefined();
  expect(fault([23], [29])).toBeUndefined();
  expect(fault([21])).toBe(
    "no drill has restored stack prod within 8 days (hosterizer-database:backup.drillWithin in Pulumi.prod.yaml): " +
      "the last one that did was on 2026-11-21 04:17 UTC",
  );
  expect(fault([29], [], 1)).toMatch(/within 1 day /);
  expect(fault([])).toMatch(/: there has been none$/);
});

test("a refusal says when the last drill failed, and what it found", () => {
  expect(fault([], [28, 29])).toMatch(/: the last one, on 2026-11-29 04:17 UTC, failed: a fault$/);
  expect(fault([20], [18, 29])).toMatch(
    /: the last one that did was on 2026-11-20 04:17 UTC; the last one, on 2026-11-29 04:17 UTC, failed: a fault$/,
  );
  expect(fault([20], [18])).toMatch(/: the last one that did was on 2026-11-20 04:17 UTC$/);
});

test("a drill that is dated ahead counts for nothing, and does not hide an earlier one", () => {
  const ahead: DrillRecord = { ...drill(1), time: "2030-01-01T04:17:00.000Z" };
  const known = (...records: DrillRecord[]) =>
    drillFault([lastDrillOf(1, records, now)], 8, "prod", now.getTime())?.fault;
  expect(known(drill(29), ahead)).toBeUndefined();
  expect(known(ahead)).toMatch(/: one is dated 2030-01-01 04:17 UTC, which is still to come$/);
  // By the clock of the container that takes backups it was not.
  const copied = { repository: 1, last: ahead, lastSound: ahead.time };
  expect(drillFault([copied], 8, "prod", now.getTime())?.fault).toMatch(/still to come$/);
  expect(drillWarnings([copied], "dev", "17 4 * * SUN", now)).toEqual([
    "The last drill of the backups of stack dev in repository 1 is dated 2030-01-01 04:17 UTC, which is still to come: " +
      "a clock was ahead, and when it was is unknown. npm run db -- restore-drill --stack dev",
  ]);
});

test("one repository is enough", () => {
  const drills = [lastDrillOf(1, []), lastDrillOf(2, [drill(29)], now)];
  expect(drillFault(drills, 8, "dev", now.getTime())).toBeUndefined();
});

test("where the container is missing that takes backups, the remedy brings it up alone", () => {
  expect(drillFault(undefined, 8, "dev")).toEqual({
    fault: expect.stringContaining("the container that takes its backups does not exist") as string,
    remedy: "Bring it up first: npm run up -- --stack dev --target '**hosterizer:index:Backup**'",
  });
});

test.each([
  { what: "a sound one", last: drill(29), says: [] },
  {
    what: "none",
    last: undefined,
    says: [
      "No drill has restored the backups of stack dev in repository 1 yet: npm run db -- restore-drill --stack dev",
    ],
  },
  {
    what: "one with many long faults",
    last: drill(29, [`${"x".repeat(130)}\n  its end`, "b", "c", "d", "e"]),
    says: [
      "The last drill of the backups of stack dev in repository 1, on 2026-11-29 04:17 UTC, failed: " +
        `${"x".repeat(130)} its end; b; c; and 2 more`,
    ],
  },
  // Sundays: the 15th, the 22nd, the 29th.
  { what: "one since which one was due", last: drill(28), says: [] },
  {
    what: "one since which two were due",
    last: drill(21),
    says: [expect.stringContaining("was on 2026-11-21 04:17 UTC, and others were due: ")],
  },
])("preview warns of $what: $says.length", ({ last, says }) => {
  const drills = [lastDrillOf(1, last === undefined ? [] : [last])];
  expect(drillWarnings(drills, "dev", "17 4 * * SUN", now)).toEqual(says);
});

test("a role's comment of somebody else's is no record, nor is one that was cut off", () => {
  const none = { repository: null, last: null, lastSound: null, rows: {} };
  for (const comment of [
    null,
    "for dumps",
    'Last restore drill: {"last":',
    "Last restore drill: {}",
  ]) {
    expect(readServerRecord(comment)).toEqual(none);
  }
});

test("of a copy that was cut off nothing is known", () => {
  const drills = [lastDrillOf(1, [drill(29)])];
  const text = JSON.stringify(drills);
  expect(parseCopy(text)).toEqual(drills);
  expect(parseCopy(text.slice(0, 40))).toEqual([]);
  for (const other of ["", "null", "{}", '[{"repository":1}]'])
    expect(parseCopy(other)).toEqual([]);
});
