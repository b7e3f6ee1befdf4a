import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { renderDifference } from "../../../postgres/drift/renderDifference";
import { driftReport, type DriftReport } from "../../../toolchain/drift/driftReport";
import type { ByHand } from "../../drift/dockerCatalogue/byHand";
import { dockerCatalogue } from "../../drift/dockerCatalogue";
import type { DriftCase } from "../../drift/driftCase";
import { matches } from "../../drift/matches";
import type { Run } from "../../stack/project";
import { quotedLines } from "../../stack/quotedLines";
import { readChecksums } from "../../stack/readChecksums";
import { resourceInPreview } from "../../stack/resourceInPreview";
import { tenantRows } from "../../stack/tenantRows";
import { breakInDocker } from "./breakInDocker";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

type Entry = DriftReport["differences"][number];

const cases = Object.values<readonly DriftCase<ByHand>[]>(dockerCatalogue).flat();
const repairs = { automatic: "repairs", refused: "refuses", none: "leaves" } as const;

let project: DockerProject;
let filled: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
  await project.up();
  await project.query(tenantRows);
  filled = await readChecksums(project);
});
afterAll(() => project.remove());

describe("everything that happens while the server runs on", () => {
  const { broken, seen } = lookAt(1);

  test.each(broken)("is named: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("one up repairs what it says, and drift goes on naming the rest", async () => {
    await project.up();
    const left = broken.filter(({ up }) => up === "leaves");
    const entries = await readReport(7);

    for (const drift of left) expect(entries.filter(isAbout(drift))).toHaveLength(1);
    expect(entries).toHaveLength(left.length);
    expect(await readChecksums(project)).toEqual(filled);
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
  });

  test("drift is clean when somebody has ended that", async () => {
    for (const undo of seen.undo.toReversed()) await undo();

    expect(await readReport(0)).toEqual([]);
  });
});

describe("everything that has the server's container made anew", () => {
  const { broken, seen } = lookAt(2);

  test.each(broken)("is named: $what", (drift) => {
    expectNamed(seen, drift);
  });

  test("one up repairs it, with what was left to that container, and touches no row", async () => {
    const before = await project.container("postgresql").inspect();
    await project.up();

    expect((await project.container("postgresql").inspect()).Id).not.toBe(before.Id);
    expect(await readChecksums(project)).toEqual(filled);
    expect(await readReport(0)).toEqual([]);
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
  });
});

describe("what a plain preview shows alone", () => {
  test.each(cases.filter(({ shownBy }) => shownBy !== undefined))(
    "is named: $what, and repaired by up",
    async (drift) => {
      await breakInDocker(project, drift);

      const entries = (await readPlain(drift.shownBy ?? [])).filter(isAbout(drift));
      expect(entries.map(({ repair }) => repairs[repair])).toEqual([drift.up]);
      await project.up();
      expect(await readReport(0)).toEqual([]);
      expect(await readChecksums(project)).toEqual(filled);
    },
  );
});

interface Seen {
  preview: Run;
  entries: Entry[];
  undo: (() => Promise<void>)[];
}

/** Breaks everything of a round and looks at it, for people and for programs. */
function lookAt(wanted: number) {
  const broken = cases.filter(
    ({ round = 1, shownBy }) => round === wanted && shownBy === undefined,
  );
  const seen: Seen = { preview: { code: 0, output: "", stdout: "" }, entries: [], undo: [] };
  beforeAll(async () => {
    for (const drift of broken) seen.undo.push(await breakInDocker(project, drift));
    seen.preview = await project.run("drift");
    seen.entries = await readReport(7);
  });
  test("drift ends with 7", () => {
    expect(seen.preview).toMatchObject({ code: 7 });
  });
  test("nothing is named twice, and nothing without a kind", () => {
    const named = seen.entries.map((found) => `${found.kind}: ${renderDifference(found)}`);

    expect(named).toEqual([...new Set(named)]);
    expect(seen.entries.filter(({ kind }) => kind === "resource")).toEqual([]);
  });
  return { broken, seen };
}

function expectNamed({ preview, entries }: Seen, drift: DriftCase<ByHand>): void {
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

function isAbout(drift: DriftCase<ByHand>) {
  return (entry: Entry) => entry.kind === drift.kind && matches(drift, renderDifference(entry));
}

async function readReport(code: number): Promise<Entry[]> {
  const run = await project.shell(`npm run -s drift -- --stack ${project.stack} --json`);
  const report = JSON.parse(run.stdout) as DriftReport;
  expect({ code: run.code, error: report.error }).toEqual({ code, error: undefined });
  return [...report.differences];
}

/** What Pulumi's own preview finds, which nothing has prepared. */
async function readPlain(options: readonly string[]): Promise<Entry[]> {
  const preview = ["preview", "--json", "--expect-no-changes", "--stack", project.stack];
  const words = [...preview, ...options].map((word) => `'${word}'`).join(" ");
  const { code = 1, stdout } = await project.shell(
    `HOSTERIZER_DRIFT=json node toolchain/run.mjs pulumi ${words}`,
  );
  const report = driftReport(project.stack, { code, stdout, stderr: "" });
  expect(report).toMatchObject({ status: "drift" });
  return [...report.differences];
}
