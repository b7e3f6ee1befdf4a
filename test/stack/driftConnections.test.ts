import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  // Declared, so that it is in force for every session without being drift.
  await project.edit(
    "postgres/embedded/serverSettings.ts",
    "return [",
    'return [\n    { name: "log_connections", value: "on", reason: "to count sessions" },',
  );
  await project.succeed("up");
});
afterAll(() => project.remove());

/** Who has connected while `run` ran, one line of the log a session. */
async function sessionsDuring(run: () => Promise<unknown>): Promise<string[]> {
  const before = (await readFile(project.server.log, "utf8")).length;
  await run();
  // The server writes its log in its own time.
  await sleep(300);
  const log = (await readFile(project.server.log, "utf8")).slice(before);
  return Array.from(log.matchAll(/connection authorized: .*/g), ([line]) => line);
}

test("a preview without changes opens at most 3 sessions of ours", async () => {
  const sessions = await sessionsDuring(() => project.succeed("preview"));
  // What the official plugin opens is its own affair, whoever stands in for it.
  const ours = sessions.filter(
    (line) => line.includes("=hosterizer-database/") && !line.includes("/postgresql plugin"),
  );

  expect(ours.length, ours.join("\n")).toBeGreaterThanOrEqual(1);
  expect(ours.length, ours.join("\n")).toBeLessThanOrEqual(3);
});

test("the log that this is counted in has a line for every session", async () => {
  const sessions = await sessionsDuring(async () => {
    await project.query("select 1");
    await project.query("select 1", "app_user");
  });

  expect(sessions).toEqual([
    expect.stringContaining("user=postgres database=hosterizer"),
    expect.stringContaining("user=app_user database=hosterizer"),
  ]);
});
