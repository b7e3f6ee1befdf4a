import { expect, test } from "vitest";

import { neededRoom, readPresentSize } from "../../../src/backup/pgbackrest/neededRoom";
import { segmentName } from "../../../src/backup/pgbackrest/timelines";

const [mebibyte, gibibyte] = [2 ** 20, 2 ** 30];
const plan = {
  backup: { size: 300 * mebibyte, firstSegment: segmentName(1, 5) },
  lastSegment: segmentName(2, 8),
};
const segments = [4, 5, 6, 7, 8, 9].map((index) => ({
  ...{ name: segmentName(index < 7 ? 1 : 2, index), archived: new Date(0), size: mebibyte },
}));
const wal = 4 * mebibyte;

test.each([
  { what: "is gone", present: 0, data: 300 * mebibyte },
  { what: "has shrunk since", present: 200 * mebibyte, data: 300 * mebibyte },
  { what: "has grown since", present: 100 * gibibyte, data: 100 * gibibyte },
])("a database that $what needs room for the larger state and the WAL", ({ present, data }) => {
  expect(neededRoom(plan, segments, present)).toBe(data + wal + gibibyte);
});

test("the size of the data is read from what du prints, if anything", () => {
  expect(readPresentSize("123456\t/var/lib/postgresql/data\n")).toBe(123456);
  expect(readPresentSize("")).toBe(0);
});
