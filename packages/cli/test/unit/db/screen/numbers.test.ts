import { expect, test } from "vitest";

import { counted, humanCount } from "../../../../src/db/screen/numbers";

test.each([
  [1234567, "1,234,567"],
  [12.6, "13"],
  [null, "?"],
])("a count of %s is %s", (count, shown) => {
  expect(humanCount(count)).toBe(shown);
});

test.each([
  [0, "0 sessions"],
  [1, "1 session"],
  [2000, "2,000 sessions"],
])("%i of them are %s", (count, shown) => {
  expect(counted(count, "session")).toBe(shown);
});
