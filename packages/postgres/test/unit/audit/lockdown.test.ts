import { DatabaseError } from "pg";
import { expect, test } from "vitest";

import type { Finding } from "../../../src/convergence/difference";
import { describeOpening, StillOpenError } from "../../../src/audit/lockdown";

const finding: Finding = {
  kind: "policy added",
  object: "policy everyone on public.sites",
  expected: null,
  actual: "PERMISSIVE FOR ALL TO public USING true",
  repair: "automatic",
};

test("names an opening that cannot be closed because of a lock, with the lock", () => {
  const error = new DatabaseError("canceling statement due to lock timeout", 0, "error");
  error.code = "55P03";
  const opening = describeOpening({ findings: [finding], error });

  expect(new StillOpenError([opening, "another"]).message.split("\n")).toEqual([
    "the update stops here: these openings could not be closed. Still open:",
    "- policy everyone on public.sites is not declared, found PERMISSIVE FOR ALL TO public USING true",
    "  canceling statement due to lock timeout",
    "  Another session holds a lock on it: find it in pg_locks, end it, and rerun the command.",
    "another",
  ]);
});

test("without a lock, the error itself is shown", () => {
  const opening = describeOpening({ findings: [finding], error: new Error("not this one") });

  expect(opening).toMatch(/\n {2}not this one\n {2}Remove what prevents this/);
});
