import { expect, test } from "vitest";

import type { ArchiveGap } from "../../../../src/backup/pgbackrest/archiveGaps";
import { segmentName } from "../../../../src/backup/pgbackrest/timelines";
import { lastingGaps, openGaps, segmentOf } from "../../../../src/backup/scheduler/lostWal";

const noon = new Date("2026-11-30T12:00:00Z");

/** The segments that a gap lacks. */
const gap = (
  first: number,
  last: number,
  { timeline = 1, until = null }: Partial<Pick<ArchiveGap, "timeline" | "until">> = {},
): ArchiveGap => ({
  ...{ timeline, until, from: noon },
  firstSegment: segmentName(timeline, first),
  lastSegment: segmentName(timeline, last),
});

test("a gap stays if it is still there, and nothing of it waits", () => {
  const seen = [gap(3, 4), gap(8, 9)];
  expect(lastingGaps(seen, [], [gap(3, 4), gap(8, 9)])).toEqual(seen);
  expect(lastingGaps(seen, [], [gap(8, 9)])).toEqual([gap(8, 9)]);
  // A part of it has arrived.
  expect(lastingGaps(seen, [], [gap(4, 4)])).toEqual([gap(4, 4)]);
  // It was not there before.
  expect(lastingGaps(seen, [], [gap(3, 4), gap(11, 11)])).toEqual([gap(3, 4)]);
});

test.each([
  { what: "its first segment", waits: segmentName(1, 8), stays: false },
  { what: "its last segment", waits: segmentName(1, 9), stays: false },
  { what: "a segment before it", waits: segmentName(1, 7), stays: true },
  { what: "a segment after it", waits: segmentName(1, 10), stays: true },
  { what: "a segment of another timeline", waits: segmentName(2, 8), stays: true },
  {
    what: "the file of a backup in it",
    waits: `${segmentName(1, 8)}.00000028.backup`,
    stays: false,
  },
  { what: "a timeline's history", waits: "00000002.history", stays: true },
])("where $what waits, a gap stays: $stays", ({ waits, stays }) => {
  const found = [gap(3, 4), gap(8, 9)];
  expect(lastingGaps(found, [waits], found)).toEqual(stays ? found : [gap(3, 4)]);
});

test("a gap that a backup follows stays without being seen twice", () => {
  const followed = gap(3, 4, { until: noon });
  expect(lastingGaps([], [segmentName(1, 3)], [followed])).toEqual([followed]);
});

test("a full backup must follow the gaps of the server's timeline that none follows yet", () => {
  const gaps = [gap(3, 4, { until: noon }), gap(8, 9), gap(3, 4, { timeline: 2 })];
  expect(openGaps(gaps, { timeline: 1 })).toEqual([gap(8, 9)]);
  expect(openGaps(gaps, { timeline: 2 })).toEqual([gap(3, 4, { timeline: 2 })]);
  expect(openGaps(gaps, undefined)).toEqual([]);
});

test.each([
  { archived: segmentName(1, 5), segment: segmentName(1, 5) },
  { archived: `${segmentName(1, 5)}.00000028.backup`, segment: segmentName(1, 5) },
  // The timeline ends within it, and the whole segment is the next one's.
  { archived: `${segmentName(1, 5)}.partial`, segment: undefined },
  { archived: "00000002.history", segment: undefined },
  { archived: "", segment: undefined },
])("with $archived, segment $segment is archived", ({ archived, segment }) => {
  expect(segmentOf(archived)).toBe(segment);
});
