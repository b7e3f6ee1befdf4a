import fc from "fast-check";
import { expect, test } from "vitest";

import { readQuantity, sameValue } from "../../../../src/server/settings/parameters";

test.each([
  { text: "64MB", unit: "kB", is: 65_536 },
  { text: "64MB", unit: "8kB", is: 8192 },
  { text: "64 MB", unit: "MB", is: 64 },
  { text: "1TB", unit: "MB", is: 1_048_576 },
  { text: "1048576B", unit: "kB", is: 1024 },
  { text: "1kB", unit: "B", is: 1024 },
  { text: "15min", unit: "s", is: 900 },
  { text: "1d", unit: "min", is: 1440 },
  { text: "250us", unit: "ms", is: 0.25 },
  { text: "1.5h", unit: "min", is: 90 },
  { text: "-1", unit: "ms", is: -1 },
  { text: "+7", unit: "", is: 7 },
  { text: "1e3", unit: "", is: 1000 },
  { text: ".5", unit: "", is: 0.5 },
  { text: "0600", unit: "", is: 0o600 },
  { text: "0", unit: "kB", is: 0 },
])("$text in $unit is $is", ({ text, unit, is }) => {
  expect(readQuantity(text, unit)).toBe(is);
});

test.each([
  { text: "64mb", unit: "kB" },
  { text: "64M", unit: "kB" },
  { text: "64ms", unit: "kB" },
  { text: "64MB", unit: "ms" },
  { text: "64MB", unit: "" },
  { text: "5constructor", unit: "kB" },
  { text: "MB", unit: "kB" },
  { text: "", unit: "kB" },
  { text: "1 2", unit: "" },
  { text: "0x10", unit: "" },
  { text: "Infinity", unit: "" },
])("'$text' is not a number in '$unit'", ({ text, unit }) => {
  expect(readQuantity(text, unit)).toBeUndefined();
});

test("a number of kB equals 1024 times as many bytes, and 1024 kB equal one MB", () => {
  const number = fc.integer({ min: 0, max: 2 ** 30 });
  fc.assert(
    fc.property(number, (count) => {
      const integer = { type: "integer", unit: "kB" } as const;
      expect(sameValue(integer, `${count}kB`, `${count * 1024}B`)).toBe(true);
      expect(sameValue(integer, `${count}MB`, String(count * 1024))).toBe(true);
      expect(sameValue(integer, `${count}kB`, `${count + 1}kB`)).toBe(false);
    }),
  );
});

test.each([
  { type: "bool", one: "on", other: "TRUE", same: true },
  { type: "bool", one: "off", other: "0", same: true },
  { type: "bool", one: "on", other: "off", same: false },
  { type: "bool", one: "maybe", other: "perhaps", same: false },
  { type: "enum", one: "Replica", other: "replica", same: true },
  { type: "enum", one: "logical", other: "replica", same: false },
  { type: "integer", one: "what", other: "ever", same: false },
  { type: "real", one: "1.10", other: "1.1", same: true },
  { type: "string", one: "%m", other: "%M", same: false },
  { type: "string", one: "100", other: "1e2", same: false },
] as const)("$type: '$one' and '$other': $same", ({ type, one, other, same }) => {
  expect(sameValue({ type, unit: "" }, one, other)).toBe(same);
  expect(sameValue({ type, unit: "" }, other, one)).toBe(same);
});
