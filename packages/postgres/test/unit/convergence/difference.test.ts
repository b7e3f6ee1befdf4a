import { expect, test } from "vitest";

import { type Difference, renderDifference } from "../../../src/convergence/difference";

const column: Difference = {
  kind: "column type",
  object: "column public.sites.region",
  expected: "type text",
  actual: "type character varying(10)",
  repair: "automatic",
};

test.each<[string, Partial<Difference>, string]>([
  [
    "something else",
    {},
    "column public.sites.region: found type character varying(10), expected type text",
  ],
  ["nothing", { actual: null }, "column public.sites.region is missing, expected type text"],
  [
    "nothing, and its name says all",
    { actual: null, expected: null },
    "column public.sites.region is missing",
  ],
  [
    "an undeclared object",
    { expected: null },
    "column public.sites.region is not declared, found type character varying(10)",
  ],
  [
    "a difference with its consequence",
    { actual: null, expected: null, reason: "queries on it fail" },
    "column public.sites.region is missing: queries on it fail",
  ],
  [
    "what an update refuses",
    { actual: null, expected: null, repair: "refused" },
    "column public.sites.region is missing (up refuses)",
  ],
  [
    "what an update leaves",
    { actual: null, expected: null, repair: "none" },
    "column public.sites.region is missing (up leaves it)",
  ],
])("renders %s in one line", (_what, differs, line) => {
  expect(renderDifference({ ...column, ...differs })).toBe(line);
});
