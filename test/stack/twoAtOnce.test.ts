import { afterAll, beforeAll, expect, test } from "vitest";

import { makeProject } from "./makeProject";
import type { Project, Run } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

/** What the second up prints when the command itself or, a moment later, Pulumi finds the lock. */
const locked = /Another update of stack local is running|the stack is currently locked by 1 lock/;

function expectDoneOrLocked({ code, output }: Run): void {
  if (code === 0) return;
  expect(code).toBe(1);
  expect(output).toMatch(locked);
  expect(output).not.toMatch(/^ +at .+:\d+:\d+\)?$/m);
}

test("of two concurrent first ups, one converges and the other waits or names the lock", async () => {
  const runs = await Promise.all([project.npm("up"), project.npm("up")]);

  runs.forEach(expectDoneOrLocked);
  expect(runs.map(({ code }) => code)).toContain(0);
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});

test("two concurrent later ups do not harm each other", async () => {
  await project.query("revoke insert on public.sites from app_user");
  const runs = await Promise.all([project.npm("up"), project.npm("up")]);

  runs.forEach(expectDoneOrLocked);
  // Each may have found the other's lock.
  if (runs.every(({ code }) => code !== 0)) await project.succeed("up");
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
  const insert = "select has_table_privilege('app_user', 'public.sites', 'insert') as granted";
  expect(await project.query(insert)).toEqual([{ granted: true }]);
});

test("a concurrent up and destroy do not harm each other", async () => {
  const runs = await Promise.all([project.npm("destroy", "--", "--yes"), project.npm("up")]);

  runs.forEach(expectDoneOrLocked);
  await project.succeed("up");
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});
