import { expect, test } from "vitest";

import { paint } from "../../../../src/db/screen/terminal";
import { renderJunit, renderProof } from "../../../../src/db/verify/proof";
import type { IsolationProof, ProofCell } from "@hosterizer/postgres/isolation/isolationProof";

const cell: ProofCell = {
  role: "app_user",
  schema: "public",
  table: "sites",
  command: "SELECT",
  context: "own",
  expected: "own",
  found: "own",
  ok: true,
  detail: "",
};
const leak: ProofCell = { ...cell, context: "none", expected: "none", found: "own", ok: false };

function proofOf(cells: ProofCell[]): IsolationProof {
  const failed = cells.filter(({ ok }) => !ok).length;
  return {
    tables: ["public.sites", "public.costs"],
    roles: ["app_user"],
    cells,
    notProven: [
      { role: "app_user", schema: "public", table: "costs", commands: [], reason: "it is <empty>" },
    ],
    summary: { ok: failed === 0, tried: cells.length, failed, notProven: 1, milliseconds: 1234 },
  };
}

test("shows tables and contexts at a glance, and each failure in full", () => {
  const words = renderProof(proofOf([cell, cell, leak]), paint(false));
  expect(words).toMatch(/^app_user\n +Table +own +other +none +empty .* catalog\n/);
  expect(words).toMatch(/^ +public\.sites +2 ok +- +1 of 1 FAIL +-/m);
  expect(words).toMatch(/^ +public\.costs( +-){8}$/m);
  expect(words).toContain("app_user, public.sites, SELECT, context none: found own, expected none");
  expect(words).toContain("app_user: it is <empty> (public.costs)");
  expect(words).toMatch(/3 attempts as 1 role on 2 tables in 1\.2 s: 1 failed\.\n$/);
});

test("says that nothing leaks", () => {
  expect(renderProof(proofOf([cell]), paint(false))).toMatch(/: nothing leaks\.\n$/);
});

test("is a JUnit report with a case for each attempt", () => {
  const report = renderJunit(proofOf([cell, leak]), "dev");
  expect(report).toContain(
    '<testsuite name="dev: app_user on public.sites" tests="2" failures="1"',
  );
  expect(report).toContain('name="SELECT in context none"');
  expect(report).toContain('<failure message="found own, expected none"/>');
  expect(report).toContain("<skipped/>");
  expect(report).toContain("<![CDATA[it is <empty>]]>");
});
