import { expect, test } from "vitest";

import { asRanges, missingSegments, nextSegment } from "../../../src/backup/drill/archiveFaults";

const name = (number: number, timeline = 1) =>
  `0000000${timeline}00000000000000${number.toString(16).toUpperCase().padStart(2, "0")}`;
const backup = (number: number, timeline = 1) => ({ firstSegment: name(number, timeline) });

test("the segment after the last of a log file is the first of the next", () => {
  expect(nextSegment("0000000100000000000000FE")).toBe("0000000100000000000000FF");
  expect(nextSegment("0000000100000000000000FF")).toBe("000000010000000100000000");
  expect(nextSegment("0000000200000009000000FF")).toBe("000000020000000A00000000");
});

test("a whole archive lacks nothing", () => {
  expect(
    missingSegments(
      [3, 4, 5].map((each) => name(each)),
      [backup(3)],
      name(5),
    ),
  ).toEqual([]);
  expect(missingSegments([], [])).toEqual([]);
});

test.each([
  { what: "in the middle", there: [3, 4, 6], last: 6, missing: [5] },
  { what: "at the end, as the server says", there: [3, 4], last: 6, missing: [5, 6] },
  { what: "that the oldest backup needs", there: [4, 5], last: 5, missing: [3] },
])("a segment $what is missing", ({ there, last, missing }) => {
  const found = missingSegments(
    there.map((each) => name(each)),
    [backup(3)],
    name(last),
  );
  expect(found).toEqual(missing.map((each) => name(each)));
});

test("each timeline has its own segments", () => {
  const there = [name(3), name(4), name(4, 2), name(6, 2)];
  expect(missingSegments(there, [backup(3)])).toEqual([name(5, 2)]);
});

test("several in a row are one range", () => {
  expect(asRanges([3, 4, 5, 9].map((each) => name(each)))).toEqual([
    `${name(3)} to ${name(5)}`,
    name(9),
  ]);
});
