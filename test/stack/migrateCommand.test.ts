import { afterAll, beforeAll, expect, test } from "vitest";

import { twoCustomers } from "../integration/rowLevelSecurity/twoCustomers";
import { makeProject } from "./makeProject";
import type { Project, Run } from "./project";

const configuration = "Pulumi.local.yaml";
let project: Project;
let written: string;

beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
  await project.query(twoCustomers);
  written = await project.read(configuration);
});
afterAll(() => project.remove());

function migrate(words: string): Promise<Run> {
  return project.shell(`npm run -s db -- migrate ${words}`);
}

test("version and status tell where the schema is", async () => {
  expect(await migrate("version")).toMatchObject({ code: 0, stdout: "9" });
  const { stdout } = await migrate("status");
  expect(stdout).toMatch(/000009_index_policy_rules +applied +\d{4}-\d\d-\d\dT/);
});

test("down undoes the last migration, and the configuration says so", async () => {
  const { code, output } = await migrate("down");
  expect(output).toContain("000009_index_policy_rules (down) … ");
  expect(code).toBe(0);
  expect(await project.read(configuration)).toBe(
    `${written}  hosterizer-database:migrationTarget: 8\n`,
  );
  const { stdout } = await migrate("status");
  expect(stdout).toMatch(/000009_index_policy_rules +after the target/);
});

test("down with rows is refused, and the configuration is as before", async () => {
  const before = await project.read(configuration);
  const { code, output } = await migrate("down 6");
  expect(code).not.toBe(0);
  expect(output).toContain(
    "drops table public.cost_records with 2 rows, and nobody has acknowledged it",
  );
  expect(output).toContain("The schema is at 8 as before");
  expect(await project.read(configuration)).toBe(before);
  expect((await migrate("version")).stdout).toBe("8");
});

test("with the count it goes, and the word does not outlive the update", async () => {
  const { code } = await migrate("down 6 --acknowledge public.cost_records=2");
  expect(code).toBe(0);
  expect(await project.read(configuration)).toBe(
    `${written}  hosterizer-database:migrationTarget: 6\n`,
  );
  expect((await migrate("version")).stdout).toBe("6");
});

test("up goes as far as it is told", async () => {
  expect((await migrate("up 8")).code).toBe(0);
  expect((await migrate("version")).stdout).toBe("8");
});

test.each([
  ["up 3", "up does not lead to 3"],
  ["down 9", "down does not lead to 9"],
])("%s is refused", async (words, fault) => {
  const before = await project.read(configuration);
  const { code, output } = await migrate(words);
  expect(code).toBe(1);
  expect(output).toContain(fault);
  expect(await project.read(configuration)).toBe(before);
});

test("create makes the next pair of files, and up goes all the way", async () => {
  const { stdout } = await migrate("create add_tags");
  const [up = "", down = ""] = stdout.split("\n");
  expect([up, down]).toEqual([
    "migrations/000010_add_tags.up.sql",
    "migrations/000010_add_tags.down.sql",
  ]);
  await project.write(up, `${await project.read(up)}alter table public.users add tags text[];\n`);
  await project.write(down, `${await project.read(down)}alter table public.users drop tags;\n`);
  expect((await migrate("up")).code).toBe(0);
  expect((await migrate("version")).stdout).toBe("10");
  expect(await project.read(configuration)).toBe(written);
});
