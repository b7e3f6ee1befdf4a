import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { driftReport, type DriftReport } from "@hosterizer/cli/drift/driftReport";
import type { ByHand } from "../../drift/dockerCatalogue/byHand";
import { dockerCatalogue } from "../../drift/dockerCatalogue/index";
import type { DriftCase } from "../../drift/driftCase";
import { matches } from "../../drift/matches";
import { linesOf } from "../../stack/differenceLines";
import { bornClosed, readNewborn } from "../../stack/readNewborn";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { breakInDocker } from "./breakInDocker";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

type Entry = DriftReport["differences"][number];

const cases = Object.values<readonly DriftCase<ByHand>[]>(dockerCatalogue).flat();
const shownByPreview = cases
  .filter(({ shownBy }) => shownBy !== undefined)
  .toSorted((one, other) => (one.shownBy?.length ?? 0) - (other.shownBy?.length ?? 0));
const repairs = { automatic: "repairs", refused: "refuses", none: "leaves" } as const;

let project: DockerProject;
let filled: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
  filled = await readChecksums(project);
});
afterAll(() => project.remove());

test("a child table created by the owner's automation is closed from the start", async () => {
  const newborn = await readNewborn({
    superuser: await project.connection(),
    application: await project.connection("app_user"),
    backup: await project.connection("app_backup"),
  });

  expect(newborn).toEqual(bornClosed);
});

describe("drift while the server keeps running", () => {
  const { broken, entries } = lookAt(1, [
    // An edit in a file is named by its meaning, and as a changed file.
    /^container file: file \/etc\/hosterizer\/pg_hba\.conf of container \S+: found another content,/,
    /^container file: file \/etc\/hosterizer\/postgresql\.conf of container \S+: found another content,/,
    // Its files are named, too.
    /^container files not in force: container \S+-backup: found started with others/,
  ]);

  test.each(broken)("drift names $what", (drift) => {
    expectNamed(entries, drift);
  });

  test("one up repairs it and changes no row", async () => {
    await project.up();

    expect(await readChecksums(project)).toEqual(filled);
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
  });
});

describe("drift that has the server's container recreated", () => {
  const { broken, entries } = lookAt(2, [
    // Their network is gone and their images are being rebuilt, so the containers are recreated.
    /^container attribute: container \S+-backup: found others, expected what it was made from as declared/,
    /^container attribute: container \S+-postgresql: found others, expected what it was made from as declared/,
    // They are built from the same folder, or from an image that is.
    /^image outdated: image \S+-backup:\S+: found an older build/,
    /^image outdated: image \S+-pgbouncer:\S+: found an older build/,
  ]);

  test.each(broken)("drift names $what", (drift) => {
    expectNamed(entries, drift);
  });

  test("one up recreates the container, repairs everything and changes no row", async () => {
    const before = await project.container("postgresql").inspect();
    await project.up();

    expect((await project.container("postgresql").inspect()).Id).not.toBe(before.Id);
    expect(await readChecksums(project)).toEqual(filled);
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
  });
});

describe("drift that only a plain preview shows", () => {
  // The last one stops the server, without which nothing else can be read.
  test.each(shownByPreview)("pulumi preview names $what", async (drift) => {
    await breakInDocker(project, drift);

    const entries = await readPlain(drift.shownBy ?? []);
    const found = entries.filter(isAbout(drift));
    expect(found.map(({ repair }) => repairs[repair])).toEqual([drift.up]);
    // A complete preview also shows what the previous update has left.
    if (drift.shownBy?.length === 0) expect(entries).toEqual(found);
  });

  test("one up repairs all of it, and drift is clean", async () => {
    await project.up();

    expect(await readReport(0)).toEqual([]);
    expect(await readChecksums(project)).toEqual(filled);
  });
});

/**
 * Breaks everything of a round and reads the drift report, which also shows what the previous update has left.
 *
 * @param besides further differences in the report, in alphabetical order
 */
function lookAt(wanted: number, besides: readonly RegExp[]) {
  const broken = cases.filter(
    ({ round = 1, shownBy }) => round === wanted && shownBy === undefined,
  );
  const entries: Entry[] = [];
  beforeAll(async () => {
    for (const drift of broken) await breakInDocker(project, drift);
    entries.push(...(await readReport(7)));
  });
  test("drift names nothing twice, nothing without a kind, and nothing else", () => {
    const named = entries.map((found) => `${found.kind}: ${renderDifference(found)}`);
    const others = entries.filter((entry) => !broken.some((drift) => isAbout(drift)(entry)));

    expect(named).toEqual([...new Set(named)]);
    expect(entries.filter(({ kind }) => kind === "resource")).toEqual([]);
    expect(others.map((found) => `${found.kind}: ${renderDifference(found)}`).toSorted()).toEqual(
      besides.map((line) => expect.stringMatching(line) as string),
    );
  });
  return { broken, entries };
}

/** Expects exactly one difference for the case, printed on a line of its own. */
function expectNamed(entries: readonly Entry[], drift: DriftCase<ByHand>): void {
  const found = entries.filter(isAbout(drift));
  const lines = linesOf(project.stack, entries);
  expect(lines).toHaveLength(entries.length);
  for (const { object } of found)
    expect(lines.filter((line) => line.startsWith(object))).not.toEqual([]);
  expect(found.map(renderDifference)).toHaveLength(1);
  expect(found.map(({ repair }) => repairs[repair])).toEqual([drift.up]);
}

function isAbout(drift: DriftCase<ByHand>) {
  return (entry: Entry) => entry.kind === drift.kind && matches(drift, renderDifference(entry));
}

async function readReport(code: number): Promise<Entry[]> {
  const run = await project.run("drift", "--json");
  const report = JSON.parse(run.stdout) as DriftReport;
  const { error } = report;
  expect({ code: run.code, error }, run.stdout).toEqual({ code, error: undefined });
  return [...report.differences];
}

/** The differences that Pulumi's own preview finds, without preparation. */
async function readPlain(options: readonly string[]): Promise<Entry[]> {
  const preview = ["preview", "--json", "--expect-no-changes", "--stack", project.stack];
  const words = [...preview, ...options].map((word) => `'${word}'`).join(" ");
  const { code = 1, stdout } = await project.shell(
    `HOSTERIZER_DRIFT=json node packages/cli/run.mjs pulumi ${words}`,
  );
  const report = driftReport(project.stack, { code, stdout, stderr: "" });
  expect(report).toMatchObject({ status: "drift" });
  return [...report.differences];
}
