import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { type Difference, renderDifference } from "@hosterizer/postgres/convergence/difference";
import { type DriftReport, driftReport } from "../../../src/drift/driftReport";
import { differenceLines, renderDrift } from "../../../src/drift/renderDrift";
import { unknown } from "../../../src/drift/previewOutput";

const plain = (text: string) => text;

function screen(width: number) {
  return { width, bold: plain, red: plain };
}

function recorded(name: string): DriftReport {
  const stdout = readFileSync(join(__dirname, "previews", `${name}.json`), "utf8");
  return driftReport("local", { code: name === "clean" ? 0 : 7, stdout, stderr: "" });
}

function report(differences: Difference[], stack = "local"): DriftReport {
  return { stack, status: "drift", differences, warnings: [] };
}

const widened: Difference = {
  kind: "policy expression",
  object: "policy context_sees_own on public.sites",
  expected: `USING (${"customer_id = 1 or ".repeat(150)} false)`,
  actual: "USING true",
  repair: "automatic",
};
const index: Difference = {
  kind: "index missing",
  object: "index public.sites_customer_id_idx",
  expected: "btree (customer_id)",
  actual: null,
  repair: "automatic",
};
const column: Difference = {
  kind: "column added",
  object: "column public.policies.priority",
  expected: null,
  actual: "type integer",
  repair: "refused",
};
const view: Difference = {
  kind: "view that others own",
  object: "view others.sites",
  expected: null,
  actual: "rows of public.sites as postgres sees them",
  repair: "none",
};
const pending: Difference = {
  kind: "migration pending",
  object: "migration 000010_add_x",
  expected: "applied",
  actual: "pending",
  repair: "automatic",
};

test("each difference is a line in the group of what up does about it, leaks first", () => {
  expect(
    renderDrift(report([index, pending, column, widened, view]), screen(100)).split("\n"),
  ).toEqual([
    "Stack local differs from the program.",
    "! 2 let roles see or do more than declared.",
    "",
    "up repairs (2):",
    "  ! policy context_sees_own on public.sites: found USING true, expected USING (customer_id = 1",
    ...Array<unknown>(8).fill(expect.stringMatching(/^ {8}[\w= ]+$/)),
    expect.stringMatching(/^ {8}… \d+ more lines …$/),
    ...Array<unknown>(8).fill(expect.stringMatching(/^ {8}[\w= ]+$/)),
    "        customer_id = 1 or customer_id = 1 or false)",
    "    index public.sites_customer_id_idx is missing, expected btree (customer_id)",
    "",
    "up refuses, you decide (1):",
    "    column public.policies.priority is not declared, found type integer",
    "",
    "up leaves, others own it (1):",
    "  ! view others.sites is not declared, found rows of public.sites as postgres sees them",
    "",
    "up applies (1):",
    "    pending: 000010_add_x",
    "",
    "5 differences: up repairs 2, refuses 1, leaves 1, applies 1.",
    "Next: decide about 1 (docs/decide-drift.md). Until then up fails.",
    "  keep it:         npm run up   (it fails, and prints the migration)",
    "  keep it here:    npm run db -- accept-drift --reason 'why' 'column public.policies.priority'",
    "  don't keep it:   undo it by hand",
    "In full: npm run -s drift -- --json",
  ]);
});

test("commands name the stack", () => {
  const text = renderDrift(report([column, widened], "dev"), screen(80));
  expect(text).toContain("npm run up -- --stack dev ");
  expect(text).toContain(
    "npm run db -- accept-drift --stack dev --reason 'why' 'column public.policies.priority'",
  );
  expect(text).toContain("npm run -s drift -- --stack dev --json");
  expect(renderDrift(report([index], "dev"), screen(80))).toMatch(
    /^Next: npm run up -- --stack dev$/m,
  );
});

test("files of migrations are restored, and cannot be accepted", () => {
  const edited: Difference = {
    kind: "migration edited",
    object: "migration 000003_create_sites_table",
    expected: "the up file as it was applied",
    actual: "the up file edited",
    repair: "refused",
  };
  const text = renderDrift(report([edited]), screen(80));
  expect(text).toContain(
    "\n  files:           restore them from version control as they were applied",
  );
  expect(text).not.toContain("accept-drift");
});

test("up has nothing to do for what it leaves", () => {
  expect(renderDrift(report([view]), screen(80))).toMatch(/^Next: nothing for up to do\./m);
});

test("a pending migration alone is not drift", () => {
  const text = renderDrift(report([pending]), screen(80));
  expect(text).toMatch(/^Stack local has not drifted\. Its migrations are not all applied\.\n/);
  expect(text).not.toContain("!");
});

test("a pending migration has its findings below it, in full", () => {
  const unsafe = `unsafe: migrations/000010_add_x.up.sql:1: ${"it locks the table ".repeat(8)}(scans-table)`;
  const lines = renderDrift(report([{ ...pending, reason: unsafe }]), screen(80)).split("\n");
  const at = lines.indexOf("    pending: 000010_add_x");
  const below = lines.slice(at + 1, lines.indexOf("", at + 1));
  expect(below.map((line) => line.trim()).join(" ")).toBe(unsafe);
  expect(below.every((line) => line.startsWith("      "))).toBe(true);
  expect(lines.at(-1)).toBe("Next: npm run up");
});

test("a migration that is undone says what is removed with it", () => {
  const undone = {
    ...pending,
    expected: "undone",
    actual: "applied",
    reason: "drops table public.x (12 rows)",
  };
  const text = renderDrift(report([undone]), screen(80));

  expect(text).toContain("Stack local has not drifted. Migrations after its target are applied.\n");
  expect(text).toContain(
    "up undoes (1):\n    to undo: 000010_add_x\n      drops table public.x (12 rows)\n",
  );
  expect(text).toContain("1 difference: up undoes 1.");
});

test("a clean stack is one line, with a warning below it in full", () => {
  expect(renderDrift(recorded("clean"), screen(80))).toBe(
    "Stack local is as the program declares it.",
  );
  const warned = { ...recorded("clean"), warnings: ["the server is old ".repeat(10)] };
  const [, ...warning] = renderDrift(warned, screen(80)).split("\n");
  expect(warning.join(" ")).toBe(`Warning: ${"the server is old ".repeat(10).trim()}`);
  expect(warning.filter((line) => line.length > 80)).toEqual([]);
});

describe.each(["byHand", "audited", "standing"])("the output of Pulumi: %s", (name) => {
  test.each([40, 80, 120])("an entry for each difference, in lines of %d columns", (width) => {
    const told = recorded(name);
    const lines = renderDrift(told, screen(width)).split("\n");
    const found = lines.filter((line) => /^ {2}[! ] \S/.test(line));
    const continued = lines.filter((line) => /^ {8}\S/.test(line));

    expect(found).toHaveLength(told.differences.length);
    // A name is never broken.
    const words = [...found, ...continued].filter((line) => line.length > width);
    expect(words.filter((line) => /\S \S/.test(line.slice(4)))).toEqual([]);
    expect(lines.length - found.length - continued.length).toBeLessThanOrEqual(16);
    expect(lines.join("\n")).not.toContain("[secret]");
  });
});

test("an unknown resource is a line too", () => {
  const step = {
    op: "update",
    urn: "urn:pulumi:local::hosterizer-database::thing:index/thing:Thing::odd",
    newState: { inputs: { sql: "select 1" } },
    detailedDiff: { sql: { kind: "update" } },
  };
  const stdout = JSON.stringify({ steps: [step] });
  expect(renderDrift(driftReport("local", { code: 7, stdout, stderr: "" }), screen(80))).toContain(
    "\n    resource odd (Thing): up would update it: sql\n",
  );
});

test("a stack that is not up yet is described by what up creates", () => {
  const type = "hosterizer:index:Roles$postgresql:index/role:Role";
  const create = (name: string) => ({
    op: "create",
    urn: `urn:pulumi:dev::hosterizer-database::${type}::role-${name}`,
    newState: { inputs: { name } },
  });
  const grant = {
    op: "create",
    urn: "urn:pulumi:dev::hosterizer-database::postgresql:index/grant:Grant::access-app_user-database",
    newState: {
      inputs: {
        role: "app_user",
        objectType: "database",
        database: unknown,
        privileges: ["CONNECT"],
      },
    },
  };
  const stdout = JSON.stringify({ steps: [create("app_user"), create("app_admin"), grant] });
  expect(renderDrift(driftReport("dev", { code: 0, stdout, stderr: "" }), screen(80))).toBe(
    [
      "Stack dev is not up yet. npm run up -- --stack dev creates it, with",
      "    2 roles: app_admin, app_user",
      "and all their privileges.",
    ].join("\n"),
  );
});

const found: Difference = {
  kind: "policy expression",
  object: "policy context_sees_own on public.sites",
  expected: "USING (customer_id = 1)",
  actual: "USING true",
  repair: "automatic",
};

test("a difference that fits is one line", () => {
  expect(differenceLines(found, 120)).toEqual([renderDifference(found)]);
});

test("a longer one is wrapped, to its end", () => {
  const reasoned = { ...found, reason: "it shows a tenant another's rows ".repeat(3).trim() };
  const lines = differenceLines(reasoned, 80);

  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join(" ")).toBe(renderDifference(reasoned));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("of one with very many lines the beginning and the end are shown", () => {
  const values = Array.from({ length: 900 }, (_, index) => `value ${index}`).join(" or ");
  const lines = differenceLines({ ...found, expected: `USING (${values} or false)` }, 110);

  expect(lines).toHaveLength(19);
  expect(lines[0]).toMatch(/^policy context_sees_own on public\.sites: found USING true, expected/);
  expect(lines[9]).toMatch(/^… \d+ more lines …$/);
  expect(lines.at(-1)).toMatch(/value 899 or false\)$/);
});

test("SQL of several lines is one text", () => {
  expect(differenceLines({ ...found, actual: "begin\n  return true;\n\tend" }, 120)).toEqual([
    "policy context_sees_own on public.sites: found begin return true; end, expected USING (customer_id = 1)",
  ]);
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
])("a difference outside PostgreSQL is one line too: %#", (differs, line) => {
  expect(differenceLines({ ...found, ...differs }, 120)).toEqual([line]);
});
