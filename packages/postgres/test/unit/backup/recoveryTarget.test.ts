import { describe, expect, test } from "vitest";

import { archiveGaps } from "../../../src/backup/pgbackrest/archiveGaps";
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
  segmentName,
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

const stretch = (timeline: number, first: number, last: number, until: string) => ({
  ...{ first: segmentName(timeline, first), last: segmentName(timeline, last), until: at(until) },
});

const first: Timeline = {
  ...{ timeline: 1, begun: undefined, ancestors: new Map() },
  stretches: [stretch(1, 1, 9, "14:00:00")],
};
/** A recovery to 12:30 was put in place at 13:10. */
const second: Timeline = {
  ...{ timeline: 2, begun: at("13:00:00"), ancestors: new Map([[1, lsnOf("0/6000100")]]) },
  stretches: [stretch(2, 6, 10, "16:00:00")],
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

test("a moment after the last archived transaction is refused, and --latest named", () => {
  expect(() => toTime("16:00:00")).toThrow(
    "No later transaction is archived yet: --latest recovers everything that is.",
  );
  expect(toTime("15:59:59")).toEqual(["late", 2]);
});

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
  const back = { ...first, stretches: [stretch(1, 1, 0x10b, "18:00:00")] };
  const plan = planRecovery({ kind: "latest" }, backups, [back, second]);
  expect(plan).toMatchObject({ timeline: 1, lastSegment: "00000001000000010000000B" });
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

test("a restore point is looked for on the timeline that is named, and refused where it is not", () => {
  const point = { name: "before-import", lsn: "0/5800000", timeline: 1, time: "2026-11-28T12:10Z" };
  const plan = (lsn: string, timeline?: number) =>
    planRecovery({ kind: "point", point: { ...point, lsn } }, backups, timelines, timeline);
  expect(plan("0/5800000").timeline).toBe(1);
  expect(plan("0/5800000", 1).timeline).toBe(1);
  expect(plan("0/5800000", 2)).toMatchObject({ timeline: 2, backup: { label: "noon" } });
  // Created after the second timeline had left the first.
  expect(() => plan("0/7000000", 2)).toThrow(
    "--timeline 2: the restore point before-import is not on it, but on timeline 1.",
  );
});

describe("where WAL is missing", () => {
  const at4 = { ...noon, firstSegment: segmentName(1, 4) };
  /** Nothing of 11:00 to 12:00 was archived; a backup of 12:00 follows. */
  const cut: Timeline = {
    ...first,
    stretches: [stretch(1, 1, 2, "11:00:00"), stretch(1, 4, 9, "14:00:00")],
  };

  test("a range ends, and the next one begins with the next backup", () => {
    expect(recoveryRanges([early, at4], [cut])).toEqual([
      { timeline: 1, from: at("10:00:00"), until: at("11:00:00") },
      { timeline: 1, from: at("12:00:00"), until: at("14:00:00") },
    ]);
    expect(archiveGaps([cut], [early, at4])).toEqual([
      {
        ...{ timeline: 1, firstSegment: segmentName(1, 3), lastSegment: segmentName(1, 3) },
        ...{ from: at("11:00:00"), until: at("12:00:00") },
      },
    ]);
  });

  test("no recovery passes it", () => {
    const to = (clock: string) =>
      planRecovery({ kind: "time", time: at(clock) }, [early, at4], [cut]).backup.label;
    expect(to("10:59:59")).toBe("early");
    expect(to("12:00:01")).toBe("noon");
    expect(() => to("11:00:01")).toThrow("cannot be recovered. What can be:");
    const point = { name: "p", lsn: "0/3000028", timeline: 1, time: "2026-11-28T11:30Z" };
    expect(() => planRecovery({ kind: "point", point }, [early, at4], [cut])).toThrow(
      "--to-point: p (2026-11-28T11:30Z) cannot be recovered.",
    );
  });

  test("the latest state is refused until a backup follows, and nothing less is taken for it", () => {
    expect(recoveryRanges([early], [cut])).toEqual([
      { timeline: 1, from: at("10:00:00"), until: at("11:00:00") },
    ]);
    expect(() => planRecovery({ kind: "latest" }, [early], [cut])).toThrow(
      "--latest cannot be recovered. What can be:\n  timeline 1: 2026-11-28 10:00:00+00 to 2026-11-28 11:00:00+00",
    );
    const { lastSegment } = planRecovery({ kind: "latest" }, [early, at4], [cut]);
    expect(lastSegment).toBe(segmentName(1, 9));
  });

  test("a later timeline begins with a backup of its own, if what leads to it is missing", () => {
    // Of the first, 5 is missing, and the second continues it from 6.
    const without = { ...first, stretches: [stretch(1, 1, 4, "11:00:00")] };
    const own = { ...late, firstSegment: segmentName(2, 8) };
    expect(recoveryRanges([early, own], [without, second])).toEqual([
      { timeline: 1, from: at("10:00:00"), until: at("11:00:00") },
      { timeline: 2, from: at("15:00:00"), until: at("16:00:00") },
    ]);
    const whole = { ...first, stretches: [stretch(1, 1, 5, "11:00:00")] };
    expect(recoveryRanges([early], [whole, second]).at(-1)).toEqual({
      ...{ timeline: 2, from: at("13:00:00"), until: at("16:00:00") },
    });
  });

  test("a backup that nothing was committed after is the whole range, and what is lost begins with it", () => {
    const quiet = {
      ...cut,
      stretches: [stretch(1, 1, 2, "09:59:00"), stretch(1, 4, 9, "14:00:00")],
    };
    expect(recoveryRanges([{ ...early, stopLsn: "0/1000100" }, at4], [quiet])[0]).toEqual({
      ...{ timeline: 1, from: at("10:00:00"), until: at("10:00:00") },
    });
    expect(archiveGaps([quiet], [early, at4])).toMatchObject([
      { from: at("10:00:00"), until: at("12:00:00") },
    ]);
  });

  test("a backup that lacks WAL of its own leads nowhere", () => {
    const torn = { ...noon, firstSegment: segmentName(1, 2), stopLsn: "0/4000100" };
    expect(recoveryRanges([torn], [cut])).toEqual([]);
  });
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
