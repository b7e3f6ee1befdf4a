import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { renderDifference } from "../../postgres/drift/renderDifference";
import type { DriftReport } from "../../toolchain/drift/driftReport";
import { catalogue } from "../drift/catalogue";
import type { DriftCase } from "../drift/driftCase";
import { matches } from "../drift/matches";
import { breakByHand } from "./handiwork";
import { makeProject } from "./makeProject";
import type { Project, Run } from "./project";
import { quotedLines } from "./quotedLines";
import { readChecksums } from "./readChecksums";
import { resourceInPreview } from "./resourceInPreview";
import { tenantRows } from "./tenantRows";

const cases = Object.entries<readonly DriftCase[]>(catalogue).flatMap(([area, its]) =>
  its.map((drift) => ({ ...drift, area, round: drift.round ?? 1 })),
);

const repairs = { automatic: "repairs", refused: "refuses", none: "leaves" } as const;

const catalogStamp = readFileSync(join(__dirname, "../../postgres/catalogStamp.sql"), "utf8");

let project: Project;
let filled: Record<string, string>;

beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
  await project.query(tenantRows);
  filled = await readChecksums(project);
});
afterAll(() => project.remove());

test("every table holds rows, of more than one tenant where it has tenants", async () => {
  expect(Object.values(filled).every((sum) => /^[1-9]/.test(sum))).toBe(true);
  await expect(
    project.query("select count(distinct customer_id)::int as tenants from public.deployments"),
  ).resolves.toEqual([{ tenants: 4 }]);
});

describe.each(roundsOf("repairs"))("up repairs, round $round", ({ broken }) => {
  const seen = lookAt(broken);

  test.each(broken)("is named: $area: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("one up repairs all of it and touches no row", async () => {
    const before = await readChecksums(project);
    await project.succeed("up");

    expect(await readChecksums(project)).toEqual(before);
    await expectClean();
  });
});

describe.each(roundsOf("leaves"))("up leaves, round $round", ({ broken }) => {
  const seen = lookAt(broken);

  test.each(broken)("is named: $area: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("up succeeds, leaves it, and drift goes on naming it", async () => {
    await project.succeed("up");
    const { entries } = await readReport(7);

    for (const drift of broken) expect(entries.filter(isAbout(drift))).toHaveLength(1);
  });

  test("drift is clean when somebody has ended it", async () => {
    for (const undo of seen.undo.toReversed()) await undo();

    await expectClean();
  });
});

test("all rows are as they were before any of it", async () => {
  expect(await readChecksums(project)).toEqual(filled);
});

describe.each(roundsOf("refuses"))("up refuses, round $round", ({ broken }) => {
  const seen = lookAt(broken);

  test.each(broken)("is named: $area: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("up fails, names each with its choices, and changes nothing", async () => {
    // What up would repair otherwise.
    await project.query("alter policy context_sees_own on public.customers using (true)");
    const before = await readState();
    const up = await project.npm("up");

    expect(up.code).not.toBe(0);
    for (const { object } of seen.refused) expect(up.output).toContain(object);
    expect(up.output).toContain("accept-drift");
    expect(await readState()).toEqual(before);
  });

  test("drift is clean when somebody has decided, and up has repaired the rest", async () => {
    for (const undo of seen.undo.toReversed()) await undo();
    await project.succeed("up");

    await expectClean();
  });
});

interface Seen {
  preview: Run;
  entries: Entry[];
  refused: Entry[];
  undo: (() => Promise<void>)[];
}

type Entry = DriftReport["differences"][number];

function roundsOf(up: DriftCase["up"]) {
  const its = cases.filter((drift) => drift.up === up);
  const rounds = [...new Set(its.map(({ round }) => round))].toSorted((one, other) => one - other);
  return rounds.map((round) => ({ round, broken: its.filter((drift) => drift.round === round) }));
}

/** Breaks everything of a round and looks at it, for people and for programs. */
function lookAt(broken: readonly DriftCase[]): Seen {
  const seen: Seen = {
    preview: { code: 0, output: "", stdout: "" },
    entries: [],
    refused: [],
    undo: [],
  };
  beforeAll(async () => {
    for (const drift of broken) seen.undo.push(await breakByHand(project, drift));
    seen.preview = await project.npm("drift");
    const { entries } = await readReport(7);
    seen.entries = entries;
    seen.refused = entries.filter(({ repair }) => repair === "refused");
  });
  test("drift ends with 7", () => {
    expect(seen.preview).toMatchObject({ code: 7 });
  });
  test("nothing is named twice", () => {
    const named = seen.entries.map(
      ({ kind, ...found }) => `${kind}: ${renderDifference({ kind, ...found })}`,
    );

    expect(named).toEqual([...new Set(named)]);
  });
  return seen;
}

function expectNamed({ preview, entries }: Seen, drift: DriftCase): void {
  const { plugin } = drift;
  if (plugin === undefined) {
    expect(quotedLines(preview.output).filter((line) => matches(drift, line))).not.toEqual([]);
  } else {
    expect(resourceInPreview(preview.output, plugin.resource)).toMatch(plugin.says);
  }
  const found = entries.filter(isAbout(drift));
  expect(found.map(renderDifference)).toHaveLength(1);
  expect(found.map(({ repair }) => repairs[repair])).toEqual([drift.up]);
}

function isAbout(drift: DriftCase) {
  return (entry: Entry) => entry.kind === drift.kind && matches(drift, renderDifference(entry));
}

async function readReport(code: number): Promise<{ entries: Entry[] }> {
  const run = await project.shell("npm run -s drift -- --json");
  const report = JSON.parse(run.stdout) as DriftReport;
  expect({ code: run.code, error: report.error }).toEqual({ code, error: undefined });
  return { entries: [...report.differences] };
}

async function expectClean(): Promise<void> {
  expect((await readReport(0)).entries).toEqual([]);
}

async function readState() {
  const [stamp] = await project.query(catalogStamp);
  const sums = await readChecksums(project);
  return { stamp, sums };
}
