import { afterAll, beforeAll, expect, test } from "vitest";

import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
});
afterAll(() => project.remove());

const accept = (args: string) => project.shell(`npm run -s db -- accept-drift ${args}`);

test("what up refuses is accepted with a reason, and up goes on", async () => {
  await project.query(
    `alter table public.policies add column priority integer;
     drop index public.policies_rules_idx;
     create index policies_priority_idx on public.policies (priority)`,
  );
  const refused = await project.npm("up");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("column public.policies.priority is not declared");
  expect(refused.output).toContain("add column if not exists priority integer;");
  expect(refused.output).not.toMatch(/^ +at .*\.ts:\d+/m);

  const accepted = await accept('--reason "hotfix" "column public.policies.priority"');
  expect(accepted).toMatchObject({ code: 0 });
  expect(accepted.stdout).toMatch(/^Accepted, and expected from now on:\n {2}column public\.pol/);

  // The index that was dropped is still to be restored.
  expect(await project.npm("drift")).toMatchObject({ code: 7 });
  await project.succeed("up");
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
  await expect(
    project.query(
      "select to_regclass('public.policies_rules_idx') is not null as there, count(priority)::int from public.policies group by 1",
    ),
  ).resolves.toEqual([]);
});

test("the history says who accepted what, when and why", async () => {
  const { stdout, code } = await accept("--list --json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      login: "hosterizer_migrator",
      reason: "hotfix",
      differences: [
        { kind: "column added", object: "column public.policies.priority" },
        { kind: "index added", object: "index public.policies_priority_idx" },
      ],
    },
  ]);
  expect((await accept("--list")).stdout).toMatch(
    /^\d{4}-.* UTC {2}\S+ as hosterizer_migrator: hotfix\n/,
  );
});

test("without a difference nothing is accepted, and without a reason neither", async () => {
  expect(await accept('--reason "to be sure"')).toMatchObject({
    code: 0,
    stdout: "Nothing differs: there is nothing to accept.",
  });
  expect(await accept("")).toMatchObject({ code: 1 });
});
