import { beforeAll, expect, test } from "vitest";

import { shippedMigrations, shippedVersion } from "../shippedMigrations";
import type { Project } from "./project";
import { sharedProject, sharedStack } from "./sharedStack";

let project: Project;
beforeAll(async () => {
  project = await sharedProject();
});

test("the first up creates everything and says how to connect", async () => {
  const { firstUp, port } = await sharedStack();

  expect(firstUp).toMatch(/Resources:\n +\+ \d+ created\n/);
  for (const name of shippedMigrations) expect(firstUp).toContain(`${name} … `);
  expect(firstUp).toMatch(new RegExp(`^ +port +${port}$`, "m"));
  expect(firstUp).toMatch(new RegExp(`^ +schema version +${shippedVersion}$`, "m"));
  expect(firstUp).toContain('eval "$(npm run -s db -- env)"');
});

test("the second up changes nothing", async () => {
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n\nDuration/);
});

test("preview finds nothing to do", async () => {
  expect(await project.succeed("preview")).toMatch(
    /^Stack local is as the program declares it\.$/m,
  );
});

test("up leaves nothing to commit", async () => {
  expect(await project.shell("git status --porcelain")).toMatchObject({ code: 0, output: "" });
});
