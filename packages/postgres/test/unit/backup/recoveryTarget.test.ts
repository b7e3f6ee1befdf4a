import { expect, test } from "vitest";

import type { Backup } from "../../../src/backup/pgbackrest/backupList";
import {
  planRecovery,
  readMoment,
  recoveryRanges,
  written,
} from "../../../src/backup/pgbackrest/recoveryTarget";
import {
  lsnOf,
  readAncestors,
  segmentStart,
  type Timeline,
} from "../../../src/backup/pgbackrest/timelines";

const at = (clock: string) => new Date(`2026-11-28T${clock}Z`);

function backup(label: string, stop: string, stopLsn: string, timeline = 1): Backup {
  return {
    ...{ label, stopLsn, timeline, repository: 1, type: "full", size: 1, added: 1, faulty: false },
    firstSegment: `0000000${timeline}0000000000000001`,
    ...{ start: at(stop), stop: at(stop) },
  };
}

const first: Timeline = {
  ...{ timeline: 1, begun: undefined, until: at("14:00:00"), ancestors: new Map() },
  lastSegment: "000000010000000000000009",
};
/** A recovery to 12:30 was put in place at 13:10. */
const second: Timeline = {
  ...{ timeline: 2, begun: at("13:00:00"), until: at("16:00:00") },
  ...{ lastSegment: "00000002000000000000000A", ancestors: new Map([[1, lsnOf("0/6000000")]]) },
};
const early = backup("early", "10:00:00", "0/2000000");
const noon = backup("noon", "12:00:00", "0/5000000");
/** Taken of what the recovery has left behind. */
const abandoned = backup("abandoned", "13:30:00", "0/8000000");
const late = backup("late", "15:00:00", "0/9000000", 2);
const backups = [early, noon, abandoned, late];
const timelines = [first, second];

const toTime = (clock: string, timeline?: number) => {
  const plan = planRecovery({ kind: "time", time: at(clock) }, backups, timelines, timeline);
  return [plan.backup.label, plan.timeline];
};

test.each([
  ["2026-11-28 13:12:47+00", "2026-11-28T13:12:47.000Z"],
  ["2026-11-28T13:12:47Z", "2026-11-28T13:12:47.000Z"],
  ["2026-11-28 13:12:47.25 +01:30", "2026-11-28T11:42:47.250Z"],
  ["2026-11-28 13:12-0500", "2026-11-28T18:12:00.000Z"],
])("%s is the moment %s", (text, moment) => {
  expect(readMoment(text).toISOString()).toBe(moment);
});

test("a moment without an offset is refused with both readings", () => {
  const local = written(new Date("2026-11-28T13:12:47"));
  expect(() => readMoment("2026-11-28 13:12:47")).toThrow(
    `In UTC it is 2026-11-28 13:12:47+00; in the time zone of this machine it is ${local}.\n` +
      'Add it: "2026-11-28 13:12:47+00" is UTC.',
  );
});

test.each(["yesterday", "2026-11-28", "2026-13-28 10:00:00+00", "2026-11-28 25:00+00", ""])(
  '"%s" is not a moment',
  (text) => {
    expect(() => readMoment(text)).toThrow(`--to: "${text}" is not a moment.`);
  },
);

test("each timeline has the range that its backups and those of its ancestors lead to", () => {
  expect(recoveryRanges(backups, timelines)).toEqual([
    { timeline: 1, from: at("10:00:00"), until: at("14:00:00") },
    { timeline: 2, from: at("13:00:00"), until: at("16:00:00") },
  ]);
  expect(recoveryRanges([], timelines)).toEqual([]);
});

test("a recovery begins with the last backup before its moment", () => {
  expect(toTime("11:59:59")).toEqual(["early", 1]);
  expect(toTime("12:00:01")).toEqual(["noon", 1]);
  expect(toTime("15:30:00")).toEqual(["late", 2]);
});

test("a moment of two timelines is refused until one is named", () => {
  expect(() => toTime("13:40:00")).toThrow("is on several timelines: 1 and 2.");
  expect(toTime("13:40:00", 1)).toEqual(["abandoned", 1]);
  // What was abandoned does not lead to the second.
  expect(toTime("13:40:00", 2)).toEqual(["noon", 2]);
});

test.each(["09:59:59", "10:00:00", "16:00:01"])(
  "%s is out of range, and refused with the ranges",
  (clock) => {
    expect(() => toTime(clock)).toThrow(
      `--to: 2026-11-28 ${clock}+00 cannot be recovered. What can be:\n` +
        "  timeline 1: 2026-11-28 10:00:00+00 to 2026-11-28 14:00:00+00\n" +
        "  timeline 2: 2026-11-28 13:00:00+00 to 2026-11-28 16:00:00+00\n",
    );
  },
);

test("the latest state is the end of the last timeline", () => {
  const plan = planRecovery({ kind: "latest" }, backups, timelines);
  expect([plan.backup.label, plan.timeline]).toEqual(["late", 2]);
  const other = planRecovery({ kind: "latest" }, backups, timelines, 1);
  expect([other.backup.label, other.timeline]).toEqual(["abandoned", 1]);
  expect(() => planRecovery({ kind: "latest" }, backups, timelines, 3)).toThrow(
    "--timeline 3: no backup leads to it.\nName one of 1, 2, or leave it out.",
  );
});

test("the latest state is that of the timeline which the server is on, not of the highest number", () => {
  const back = { ...first, until: at("18:00:00"), lastSegment: "00000001000000010000000B" };
  const plan = planRecovery({ kind: "latest" }, backups, [back, second]);
  expect(plan).toMatchObject({ timeline: 1, lastSegment: back.lastSegment });
  expect(segmentStart(plan.lastSegment)).toBe(lsnOf("1/B000000"));
});

test("a restore point is recovered from the last backup before it", () => {
  const point = { name: "before-import", lsn: "0/5800000", timeline: 1, time: "2026-11-28T12:10Z" };
  expect(planRecovery({ kind: "point", point }, backups, timelines).backup.label).toBe("noon");
  const older = { ...point, lsn: "0/1800000" };
  expect(() => planRecovery({ kind: "point", point: older }, backups, timelines)).toThrow(
    "--to-point: before-import (2026-11-28T12:10Z) cannot be recovered.",
  );
});

test("a history file names each ancestor with its end", () => {
  const history =
    "1\t0/6000000\tno recovery target specified\n\n2\t1A/B0000028\tbefore 2026-11-28\n";
  expect(readAncestors(history)).toEqual(
    new Map([
      [1, 0x6000000n],
      [2, 0x1ab0000028n],
    ]),
  );
});
