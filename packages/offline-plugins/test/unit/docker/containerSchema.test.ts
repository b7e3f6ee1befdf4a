import fc from "fast-check";
import { expect, test } from "vitest";

import { formatDuration, parseDuration } from "../../../src/docker/containerSchema";

test.each([
  ["0s", 0],
  ["0", 0],
  ["500ms", 5e8],
  ["30s", 30e9],
  ["1m30s", 90e9],
  ["1.5h", 5400e9],
])("%s is %d nanoseconds", (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
});

test.each(["", "30", "s", "1 s", "-1s", "1d", "1s2"])("%j is not a duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, "0s"],
  [5e8, "500ms"],
  [60e9, "1m0s"],
  [3661.5e9, "1h1m1.5s"],
])("%d nanoseconds are written as Docker writes them: %s", (nanoseconds, text) => {
  expect(formatDuration(nanoseconds)).toBe(text);
});

test("reads back what it has written", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000 }), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds * 1e6))).toBe(milliseconds * 1e6);
    }),
  );
});
