import { expect, test } from "vitest";

import { type Expectation, isLeak, type ProofCell } from "../../../src/isolation/isolationProof";

const cell = (expected: Expectation, found: string, ok = false): ProofCell => ({
  role: "app_user",
  schema: "public",
  table: "sites",
  command: "SELECT",
  context: "own",
  expected,
  found,
  ok,
  detail: "",
});

test.each([
  ["own", "own, the other tenant's"],
  ["own", "the other tenant's"],
  ["own", "somebody else's"],
  ["other", "own"],
  ["other", "own, the other tenant's"],
  ["none", "own"],
  ["none", "somebody else's"],
  ["refused", "allowed"],
  ["refused", "callable"],
  ["refused", "readable"],
  ["refused", "error 23505"],
  ["yes", "no"],
  ["as SELECT", "other rows"],
] as const)("expected %s, found %s: a leak", (expected, found) => {
  expect(isLeak(cell(expected, found))).toBe(true);
  expect(isLeak(cell(expected, found, true))).toBe(false);
});

test("an owner who is not bound is not a leak by itself", () => {
  expect(isLeak({ ...cell("yes", "no"), command: "FORCE" })).toBe(false);
  expect(isLeak({ ...cell("yes", "no"), command: "ROW SECURITY" })).toBe(true);
});

test.each([
  ["own", "none"],
  ["own", "refused"],
  ["own", "error 42883"],
  ["other", "none"],
  ["none", "error 22P02"],
  ["both", "own"],
  ["both", "none"],
  ["allowed", "refused"],
] as const)("expected %s, found %s: too much is closed", (expected, found) => {
  expect(isLeak(cell(expected, found))).toBe(false);
});
