import { expect, test } from "vitest";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { renderDifference } from "@hosterizer/postgres/convergence/renderDifference";
import { differenceLine } from "../../../src/drift/renderDrift";

const found: Difference = {
  kind: "policy expression",
  object: "policy context_sees_own on public.sites",
  expected: "USING (customer_id = 1)",
  actual: "USING true",
  repair: "automatic",
};

test("a line that fits is whole", () => {
  expect(differenceLine(found, 120)).toBe(renderDifference(found));
});

test("a long value is shortened, a short one beside it is not", () => {
  const long = { ...found, expected: `USING (${"customer_id = 1 or ".repeat(100)} false)` };
  const line = differenceLine(long, 110);

  expect(line).toHaveLength(110);
  expect(line).toMatch(
    /^policy context_sees_own on public\.sites: found USING true, expected USING \(customer_id = 1 or customer_id.*…$/,
  );
});

test("two long values are shortened alike, and the reason is left out", () => {
  const long = {
    ...found,
    expected: "e".repeat(2500),
    actual: "a".repeat(2500),
    reason: "r".repeat(2500),
  };
  expect(differenceLine(long, 120)).toMatch(
    /^policy context_sees_own on public\.sites: found a{25,}…, expected e{25,}…$/,
  );
});

test("what is there is whole as long as what is expected says something", () => {
  const forced = {
    ...found,
    object: "table public.deployments",
    expected: "row-level security forced",
    actual: "row-level security not forced",
  };
  expect(differenceLine(forced, 88)).toBe(
    "table public.deployments: found row-level security not forced, expected row-level secur…",
  );
});

test("a reason is shortened before the values", () => {
  const reasoned = { ...found, reason: "it shows a tenant another's rows ".repeat(3) };
  expect(differenceLine(reasoned, 120)).toMatch(
    /: found USING true, expected USING \(customer_id = 1\): it shows a tenant.*…$/,
  );
  expect(differenceLine(reasoned, 92)).toMatch(
    /: found USING true, expected USING \(customer_id = 1\)$/,
  );
});

test("SQL of several lines is one line", () => {
  expect(differenceLine({ ...found, actual: "begin\n  return true;\n\tend" }, 120)).toContain(
    "found begin return true; end, expected",
  );
});

test.each([20, 40, 60, 80, 132])("no line is longer than %d columns", (width) => {
  const long = { ...found, expected: "e".repeat(500), actual: "a".repeat(500) };
  expect(differenceLine(long, width).length).toBeLessThanOrEqual(width);
});

test.each<[Partial<Difference>, string]>([
  [
    { kind: "resource", object: "resource x (Thing)", actual: "up would update it: size" },
    "resource x (Thing): up would update it: size",
  ],
  [{ kind: "other", object: "all is odd", expected: null, actual: "all is odd" }, "all is odd"],
  [
    { kind: "not looked at yet", object: "the ledger", actual: "not looked at yet (no database)" },
    "the ledger: not looked at yet (no database)",
  ],
])("what is no difference of PostgreSQL's is one line too: %#", (differs, line) => {
  expect(differenceLine({ ...found, ...differs }, 120)).toBe(line);
});
