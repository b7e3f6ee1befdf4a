import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";

import Table from "cli-table3";

import { copyTemplate } from "../test/stack/copyTemplate";
import type { Project } from "../test/stack/project";
import { makeTemplate } from "../test/stack/template";

const rounds = 5;

/**
 * How long a first `up` takes, a second one, and a preview without changes: the whole commands as a user runs them, in
 * a copy of the project that is set up. Each figure is in seconds of the clock.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-bench-"));
  const template = join(folder, "template");
  await makeTemplate(template);
  const project = await copyTemplate(template, { within: folder });
  try {
    const { firstUp, nextUp, preview } = await measure(project);
    const table = new Table({
      head: ["seconds", "minimum", "median", "maximum"],
      style: { head: [] },
    });
    table.push(
      row("first up", firstUp),
      row("up without changes", nextUp),
      row("preview", preview),
    );
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    console.log(table.toString());
  } finally {
    await project.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(project: Project) {
  const figures = { firstUp: [] as number[], nextUp: [] as number[], preview: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    figures.firstUp.push(await seconds(project, "up"));
    figures.nextUp.push(await seconds(project, "up"));
    figures.preview.push(await seconds(project, "preview"));
    await project.succeed("destroy", "--", "--yes");
  }
  return figures;
}

async function seconds(project: Project, command: string): Promise<number> {
  const start = performance.now();
  await project.succeed(command);
  return (performance.now() - start) / 1000;
}

function row(title: string, figures: number[]): string[] {
  const sorted = figures.toSorted((one, other) => one - other);
  const chosen = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return [title, ...chosen.map((figure) => figure?.toFixed(1) ?? "")];
}

void main();
