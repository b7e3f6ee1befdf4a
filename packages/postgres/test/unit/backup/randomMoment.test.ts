import { expect, test } from "vitest";

import type { Backup } from "../../../src/backup/pgbackrest/backupList";
import { randomMoment } from "../../../src/backup/drill/randomMoment";
import { planRecovery, recoveryRanges } from "../../../src/backup/pgbackrest/recoveryTarget";
import { lsnOf, segmentName, type Timeline } from "../../../src/backup/pgbackrest/timelines";

const at = (clock: string) => new Date(`2026-11-28T${clock}:00Z`);
const backup: Backup = {
  ...{ label: "noon", repository: 1, type: "full", size: 1, added: 1, faulty: false, timeline: 1 },
  ...{ firstSegment: segmentName(1, 1), stopLsn: "0/1000100" },
  ...{ start: at("12:00"), stop: at("12:00") },
};
const timelineOf = (timeline: number, first: number, last: number, until: Date) => ({
  ...{ timeline, begun: undefined, ancestors: new Map<number, bigint>() },
  stretches: [{ first: segmentName(timeline, first), last: segmentName(timeline, last), until }],
});
/** A recovery to 12:30 was put in place at 13:00, and the server that it replaced ran until then. */
const timelines: Timeline[] = [
  timelineOf(1, 1, 9, at("14:00")),
  {
    ...timelineOf(2, 6, 9, at("14:00")),
    ...{ begun: at("12:31"), ancestors: new Map([[1, lsnOf("0/6000100")]]) },
  },
];

test("a moment that two timelines have had is recovered on that of its range", () => {
  const moment = randomMoment(recoveryRanges([backup], timelines), 60);
  if (moment === undefined) throw new Error("there is none");
  expect(moment.time.getTime()).toBeGreaterThan(at("12:31").getTime());
  expect(moment.time.getTime()).toBeLessThan(at("13:59").getTime());

  const target = { kind: "time", time: moment.time } as const;
  const plan = planRecovery(target, [backup], timelines, moment.timeline);
  expect(plan).toMatchObject({ timeline: 2, backup: { label: "noon" } });
  expect(() => planRecovery(target, [backup], timelines)).toThrow(
    "is on several timelines: 1 and 2",
  );
});

test("a range in which no commit need follow has none", () => {
  const [range] = recoveryRanges([backup], timelines);
  if (range === undefined) throw new Error("there is none");
  expect(randomMoment([{ ...range, until: at("12:01") }], 60)).toBeUndefined();
  expect(randomMoment([], 60)).toBeUndefined();
});
