import { afterAll, beforeAll, expect, test } from "vitest";

import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { comingMigration, shippedVersion } from "../shippedMigrations";
import { makeProject } from "./makeProject";
import type { Project, Run } from "./project";

const configuration = "Pulumi.local.yaml";
let project: Project;
let written: string;

// The last migration is the tests' own.
const last = shippedVersion + 1;
const lastName = comingMigration("note_users");

beforeAll(async () => {
  project = await makeProject();
  const [up, down] = [`migrations/${lastName}.up.sql`, `migrations/${lastName}.down.sql`];
  await project.write(up, "alter table public.users add column note text;\n");
  await project.write(down, "alter table public.users drop column note;\n");
  await project.succeed("up");
  await project.query(`${twoCustomers}; update public.users set note = 'x' where id in (1, 2)`);
  written = await project.read(configuration);
});
afterAll(() => project.remove());

function migrate(words: string): Promise<Run> {
  return project.shell(`node packages/cli/run.mjs db migrate ${words}`);
}

async function version(): Promise<number> {
  const rows = await project.query<{ n: number }>(
    "select count(*)::int as n from hosterizer.schema_migrations",
  );
  return rows[0]?.n ?? 0;
}

test("version and status show the schema's version", async () => {
  expect(await migrate("version")).toMatchObject({ code: 0, stdout: String(last) });
  const { stdout } = await migrate("status");
  expect(stdout).toMatch(new RegExp(`${lastName} +applied +\\d{4}-\\d\\d-\\d\\dT`));
});

test("down refuses to drop a column with values, and restores the configuration", async () => {
  const { code, output } = await migrate("down");
  expect(code).not.toBe(0);
  expect(output).toContain(
    "drops column public.users.note with 2 values, which is not acknowledged",
  );
  expect(output).not.toContain("public.cost_records");
  expect(output).toContain(`The schema is at ${last} as before`);
  expect(await project.read(configuration)).toBe(written);
  expect(await version()).toBe(last);
});

test("down with acknowledged counts stops at its target, and discards the acknowledgement", async () => {
  const { code, output } = await migrate(
    "down 6 --acknowledge public.users.note=2 --acknowledge public.cost_records=2",
  );
  expect(output).toContain(`${lastName} (down) … `);
  expect(code).toBe(0);
  expect(await project.read(configuration)).toBe(
    `${written}  hosterizer-database:migrationTarget: 6\n`,
  );
  expect(await version()).toBe(6);
  const { stdout } = await migrate("status");
  expect(stdout).toMatch(new RegExp(`${lastName} +after the target`));
});

test("up stops at its target", async () => {
  expect((await migrate("up 8")).code).toBe(0);
  expect((await migrate("version")).stdout).toBe("8");
});

test.each([
  ["up 3", "up does not lead to 3"],
  [`down ${last}`, `down does not lead to ${last}`],
])("%s is refused", async (words, fault) => {
  const before = await project.read(configuration);
  const { code, output } = await migrate(words);
  expect(code).toBe(1);
  expect(output).toContain(fault);
  expect(await project.read(configuration)).toBe(before);
});

test("create writes the next pair of files, and up applies all of them", async () => {
  const { stdout } = await migrate("create add_tags");
  const [up = "", down = ""] = stdout.split("\n");
  expect([up, down]).toEqual([
    `migrations/${comingMigration("add_tags", 2)}.up.sql`,
    `migrations/${comingMigration("add_tags", 2)}.down.sql`,
  ]);
  await project.write(up, `${await project.read(up)}alter table public.users add tags text[];\n`);
  await project.write(down, `${await project.read(down)}alter table public.users drop tags;\n`);
  expect((await migrate("up")).code).toBe(0);
  expect(await version()).toBe(last + 1);
  expect(await project.read(configuration)).toBe(written);
});
