import { expect, test } from "vitest";

import { archiveFaults } from "../../../src/backup/drill/archiveFaults";
import { archiveGaps, missingSegments } from "../../../src/backup/pgbackrest/archiveGaps";
import type { Backup } from "../../../src/backup/pgbackrest/backupList";
import { segmentName, stretchesOf, type Timeline } from "../../../src/backup/pgbackrest/timelines";

const minute = (number: number) => new Date(Date.UTC(2026, 10, 30, 5, number));
const name = (number: number, timeline = 1) => segmentName(timeline, number);

/** Each segment is archived in the minute of its number. */
function timelineOf(numbers: readonly number[], timeline = 1): Timeline {
  const segments = numbers.map((number) => ({
    ...{ name: name(number, timeline), archived: minute(number), size: 1 },
  }));
  return { timeline, begun: undefined, ancestors: new Map(), stretches: stretchesOf(segments) };
}

function backup(number: number, timeline = 1): Backup {
  return {
    ...{ label: "one", repository: 1, type: "full", size: 1, added: 1, faulty: false, timeline },
    ...{ firstSegment: name(number, timeline), stopLsn: `0/${number.toString(16)}000100` },
    ...{ start: minute(number), stop: minute(number) },
  };
}

test("a whole archive has no gap", () => {
  expect(archiveGaps([timelineOf([3, 4, 5])], [backup(3)], name(5))).toEqual([]);
  expect(archiveGaps([], [])).toEqual([]);
});

test.each([
  { what: "in the middle", there: [3, 4, 6], last: 6, missing: [5, 5], from: 4 },
  { what: "at the end, as the server says", there: [3, 4], last: 6, missing: [5, 6], from: 4 },
  { what: "that the oldest backup needs", there: [4, 5], last: 5, missing: [3, 3], from: 3 },
])("a segment $what is missing", ({ there, last, missing: [first = 0, end = 0], from }) => {
  expect(archiveGaps([timelineOf(there)], [backup(3)], name(last))).toEqual([
    {
      ...{ timeline: 1, firstSegment: name(first), lastSegment: name(end) },
      ...{ from: minute(from), until: null },
    },
  ]);
});

test("what is older than the oldest backup, or another timeline's, is not missing", () => {
  const timelines = [timelineOf([1, 3, 4]), timelineOf([4, 5], 2)];
  expect(archiveGaps(timelines, [backup(3)], name(5, 2))).toEqual([]);
});

test("each timeline has its own segments, from where an older backup leads to it", () => {
  const second = {
    ...timelineOf([5, 6], 2),
    begun: minute(4),
    ancestors: new Map([[1, 0x4000100n]]),
  };
  const timelines = [timelineOf([3, 4]), second];
  expect(archiveGaps(timelines, [backup(3)])).toMatchObject([
    { timeline: 2, firstSegment: name(4, 2), lastSegment: name(4, 2), from: minute(4) },
  ]);
  expect(archiveGaps(timelines, [backup(5, 2)])).toEqual([]);
});

test.each([
  { first: [3, 4, 5], lacks: [] },
  // It has branched off in segment 6, and has that itself.
  { first: [3, 4], lacks: [5] },
  { first: [3], lacks: [4, 5] },
])("a timeline needs its ancestor up to where it begins: of 3 to 5, $first are there", (each) => {
  const second = {
    ...timelineOf([6, 7], 2),
    ...{ begun: minute(6), ancestors: new Map([[1, 0x6800000n]]) },
  };
  const gaps = archiveGaps([timelineOf(each.first), second], [backup(3)], name(7, 2));
  expect(gaps.map(missingSegments)).toEqual(
    each.lacks.length === 0 ? [] : [each.lacks.map((number) => name(number)).join(" to ")],
  );
  // Once the ancestor has no backup that leads to it, nothing of it is needed.
  expect(archiveGaps([second], [backup(6, 2)], name(7, 2))).toEqual([]);
});

test("a gap of a timeline that the server has left ends with the first backup of a later one", () => {
  const second = {
    ...timelineOf([7, 8, 9], 2),
    ...{ begun: minute(7), ancestors: new Map([[1, 0x7000100n]]) },
  };
  const timelines = [timelineOf([3, 5]), second];
  const backups = [backup(3), backup(9, 2)];
  expect(archiveGaps(timelines, backups, name(9, 2))).toMatchObject([
    { firstSegment: name(4), from: minute(3), until: minute(9) },
    { firstSegment: name(6), from: minute(5), until: minute(9) },
  ]);
  // Before that, and where the server is on it again, no moment after it can be recovered.
  for (const [known, last] of [
    [[backup(3)], name(9, 2)],
    [[backup(3), backup(4, 2)], name(9, 2)],
    [backups, name(10)],
  ] as const) {
    expect(archiveGaps(timelines, known, last)).toMatchObject([
      { firstSegment: name(4), until: null },
      { firstSegment: name(6), until: null },
    ]);
  }
});

test("a gap is a fault once, and as long as no backup follows", () => {
  const gaps = archiveGaps([timelineOf([3, 6, 7, 9])], [backup(3), backup(7)]);
  expect(gaps.map(missingSegments)).toEqual([`${name(4)} to ${name(5)}`, name(8)]);
  const faults = [
    `the archive lacks the WAL segment ${name(4)} to ${name(5)}: no moment from 2026-11-30 05:03:00+00 to 2026-11-30 05:07:00+00 can be recovered`,
    `the archive lacks the WAL segment ${name(8)}: no moment from 2026-11-30 05:07:00+00 to the next backup can be recovered`,
  ];
  expect(archiveFaults(gaps, [])).toEqual(faults);
  expect(archiveFaults(gaps, gaps)).toEqual(faults.slice(1));
});
