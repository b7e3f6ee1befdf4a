import { expect, test } from "vitest";

import { humanBytes, humanDuration } from "../../src/humanNumbers";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 kB"],
  [8192, "8.0 kB"],
  [10 * 1024 - 1, "10 kB"],
  [1024 * 1024 - 1, "1.0 MB"],
  [8_478_055, "8.1 MB"],
  [3.5 * 2 ** 40, "3.5 TB"],
])("%i bytes are %s", (bytes, shown) => {
  expect(humanBytes(bytes)).toBe(shown);
});

test.each([
  [0, "0.00 ms"],
  [0.00031, "0.31 ms"],
  [0.0042, "4.2 ms"],
  [0.0306, "31 ms"],
  [0.0996, "0.1 s"],
  [4.24, "4.2 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [3599, "59 min 59 s"],
  [3600, "1 h"],
  [7_980, "2 h 13 min"],
  [90_000, "1 d 1 h"],
  [86_400 * 400, "400 d"],
])("%f seconds are %s", (seconds, shown) => {
  expect(humanDuration(seconds)).toBe(shown);
});
