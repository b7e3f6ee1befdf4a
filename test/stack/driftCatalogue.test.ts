import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import type { DriftReport } from "@hosterizer/cli/drift/driftReport";
import { catalogue } from "../drift/catalogue/index";
import type { DriftCase } from "../drift/driftCase";
import { matches } from "../drift/matches";
import { linesOf } from "./differenceLines";
import { breakByHand } from "./handiwork";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";
import { tenantRows } from "./tenantRows";

const cases = Object.entries<readonly DriftCase[]>(catalogue).flatMap(([area, its]) =>
  its.map((drift) => ({ ...drift, area })),
);
const ofRound = (up: DriftCase["up"], wanted: number) =>
  cases.filter(({ up: its, round = 1 }) => its === up && round === wanted);

/** What is broken together before an update that succeeds. */
const turns = [
  // Without the record, or without a login, the schema is not compared: these turns come while it is unchanged.
  { turn: "the recorded baseline", broken: ofRound("repairs", 2) },
  { turn: "logging in", broken: ofRound("repairs", 3) },
  { turn: "everything else", broken: [...ofRound("leaves", 1), ...ofRound("repairs", 1)] },
];
/** What is broken before an update that is refused, and stays broken. */
const refused = { turn: "refused", broken: [...ofRound("refuses", 1), ...ofRound("repairs", 4)] };

const repairs = { automatic: "repairs", refused: "refuses", none: "leaves" } as const;

const catalogStamp = readFileSync(
  join(__dirname, "../../packages/postgres/src/connection/catalogStamp.sql"),
  "utf8",
);

let project: Project;
let filled: Record<string, string>;

beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(tenantRows);
  filled = await readChecksums(project);
});
afterAll(() => project.remove());

test("every filled table holds rows, and tenant tables hold rows of several tenants", async () => {
  const tables = [...tenantRows.matchAll(/^insert into public\.(\w+)/gm)].map(
    ([, name = ""]) => name,
  );
  expect(tables).toHaveLength(7);
  for (const name of tables) expect(filled[name]).toMatch(/^[1-9]/);
  await expect(
    project.query("select count(distinct customer_id)::int as tenants from public.deployments"),
  ).resolves.toEqual([{ tenants: 4 }]);
});

test("every case of the catalogue belongs to one turn", () => {
  const taken = [...turns, refused].flatMap(({ broken }) => broken);
  expect(taken.map(({ what }) => what).toSorted()).toEqual(
    cases.map(({ what }) => what).toSorted(),
  );
});

/** What an earlier turn has broken and `up` leaves alone, until it is undone. */
let left: Broken[] = [];

describe.each(turns)("up succeeds: $turn", ({ broken }) => {
  const seen = lookAt(broken);

  test.each(broken)("drift names $area: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("one up repairs everything except what others own, and changes no row", async () => {
    const before = await readChecksums(project);
    await project.succeed("up");

    expect(await readChecksums(project)).toEqual(before);
    left = seen.broken.filter(({ drift }) => drift.up === "leaves");
    const entries = await readReport(left.length === 0 ? 0 : 7);
    // One object may appear in two differences.
    const known = entries.filter((entry) => left.some(({ drift }) => isAbout(drift)(entry)));
    const objects = new Set(known.map(({ object }) => object));
    const others = entries.filter(({ object }) => !objects.has(object));
    expect(others.map((entry) => `${entry.kind}: ${renderDifference(entry)}`)).toEqual([]);
    for (const { drift } of left) expect(entries.filter(isAbout(drift))).toHaveLength(1);
  });
});

test("all rows are unchanged", async () => {
  expect(await readChecksums(project)).toEqual(filled);
});

describe("up refuses", () => {
  const seen = lookAt(refused.broken);

  test.each(refused.broken)("drift names $area: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("drift keeps naming what up leaves alone until it is undone by hand", async () => {
    expect(left.map(({ drift }) => drift.what)).toEqual(
      ofRound("leaves", 1).map(({ what }) => what),
    );
    for (const { drift } of left) expect(seen.entries.filter(isAbout(drift))).toHaveLength(1);
    for (const { undo } of left.toReversed()) await undo();
  });

  test("up fails, lists each difference with its choices, and changes nothing", async () => {
    // The first run closes what is open, which this test is not about.
    await project.npm("up");
    // Drift that opens nothing, which an up that is not refused would repair.
    await project.query("comment on table public.users is 'changed'");
    const before = await readState();
    const up = await project.npm("up");

    expect(up.code).not.toBe(0);
    for (const { object } of seen.entries.filter(({ repair }) => repair === "refused"))
      expect(up.output).toContain(object);
    expect(up.output).toContain("accept-drift");
    expect(await readState()).toEqual(before);
    const kept = "pg_catalog.to_regprocedure('public.update_updated_at_column()')";
    await expect(project.query(`select ${kept} as kept`)).resolves.toEqual([{ kept: null }]);
  });

  test("drift is clean after the refused changes are undone and one up has run", async () => {
    for (const { undo } of seen.broken.toReversed()) await undo();
    await project.succeed("up");

    expect(await readReport(0)).toEqual([]);
  });
});

interface Broken {
  drift: DriftCase;
  undo: () => Promise<void>;
}

interface Seen {
  entries: Entry[];
  broken: Broken[];
}

type Entry = DriftReport["differences"][number];

/** Breaks everything of a turn and reads the drift report. */
function lookAt(broken: readonly DriftCase[]): Seen {
  const seen: Seen = { entries: [], broken: [] };
  beforeAll(async () => {
    for (const drift of broken)
      seen.broken.push({ drift, undo: await breakByHand(project, drift) });
    seen.entries = await readReport(7);
  });
  test("drift names nothing twice", () => {
    const named = seen.entries.map(
      ({ kind, ...found }) => `${kind}: ${renderDifference({ kind, ...found })}`,
    );

    expect(named).toEqual([...new Set(named)]);
  });
  return seen;
}

/** Expects exactly one difference for the case, printed on a line of its own. */
function expectNamed({ entries }: Seen, drift: DriftCase): void {
  const found = entries.filter(isAbout(drift));
  const lines = linesOf(project.stack, entries);
  expect(lines).toHaveLength(entries.length);
  for (const { object } of found)
    expect(lines.filter((line) => line.startsWith(object))).not.toEqual([]);
  expect(found.map(renderDifference)).toHaveLength(1);
  expect(found.map(({ repair }) => repairs[repair])).toEqual([drift.up]);
}

function isAbout(drift: DriftCase) {
  return (entry: Entry) => entry.kind === drift.kind && matches(drift, renderDifference(entry));
}

async function readReport(code: number): Promise<Entry[]> {
  const run = await project.npm("drift", "--", "--json");
  const report = JSON.parse(run.stdout) as DriftReport;
  expect({ code: run.code, error: report.error }).toEqual({ code, error: undefined });
  return [...report.differences];
}

async function readState() {
  const [stamp] = await project.query(catalogStamp);
  const sums = await readChecksums(project);
  return { stamp, sums };
}
