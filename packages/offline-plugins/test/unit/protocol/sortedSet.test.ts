import { expect, test } from "vitest";

import { sortedSet, unknownValue } from "../../../src/protocol/propertyValue";

test("a set is sorted by its bytes and contains no duplicates", () => {
  // In JavaScript's own order the last two would be swapped.
  expect(sortedSet(["b", "a", "B", "a", "\u{10000}", "\uffff"])).toEqual([
    "B",
    "a",
    "b",
    "\uffff",
    "\u{10000}",
  ]);
});

test("a set with an unknown element is unknown", () => {
  expect(sortedSet(["a", unknownValue])).toBe(unknownValue);
});
