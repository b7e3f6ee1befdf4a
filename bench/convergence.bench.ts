import { cpus, loadavg } from "node:os";

import Table from "cli-table3";
import { test } from "vitest";

import { makeProject } from "../test/stack/makeProject";
import type { Project } from "../test/stack/project";
import { row } from "./figures";

const rounds = 5;

// Whole commands as a user runs them, in a copy of the project that is set up, in seconds of wall-clock time.
test("a first up, a second one and a preview", async () => {
  const project = await makeProject();
  try {
    const { firstUp, nextUp, preview } = await measure(project);
    const head = ["seconds", "minimum", "median", "maximum"];
    const table = new Table({ head, style: { head: [] } });
    table.push(row("first up", firstUp, 1));
    table.push(row("up without changes", nextUp, 1));
    table.push(row("preview without changes", preview, 1));
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    console.log(table.toString());
  } finally {
    await project.remove();
  }
});

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
