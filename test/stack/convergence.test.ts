import { expect, inject, test } from "vitest";

import { sharedProject } from "./sharedProject";

const project = sharedProject();

test("the first up creates everything and says how to connect", () => {
  const { firstUp, port } = inject("shared");

  expect(firstUp).toMatch(/Resources:\n +\+ \d+ created\n/);
  for (let number = 1; number <= 9; number++) expect(firstUp).toContain(`00000${number}_`);
  expect(firstUp).toMatch(new RegExp(`^ +port +${port}$`, "m"));
  expect(firstUp).toMatch(/^ +schema version +9$/m);
  expect(firstUp).toContain('eval "$(npm run -s db -- env)"');
});

test("the second up changes nothing", async () => {
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n\nDuration/);
});

test("drift finds none", async () => {
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});

test("preview finds nothing to do", async () => {
  expect(await project.succeed("preview")).toMatch(/Resources:\n +\d+ unchanged$/);
});

test("nothing is left to be committed", async () => {
  expect(await project.shell("git status --porcelain")).toMatchObject({ code: 0, output: "" });
});
