import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { program } from "../../../../../components/program";
import { comingMigration, lastShipped } from "../../../../../test/shippedMigrations";
import { judgeMigrations } from "../../../src/commands/check";

const next = comingMigration("next");

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "judged-"));
  await mkdir(join(project, "migrations"));
  await cp("migrations", join(project, "migrations"), { recursive: true });
});
afterEach(() => rm(project, { recursive: true }));

async function write(up: string, down: string): Promise<void> {
  await writeFile(join(project, "migrations", `${next}.up.sql`), up);
  await writeFile(join(project, "migrations", `${next}.down.sql`), down);
}

test("the project's own migrations are fine", async () => {
  expect(await judgeMigrations(process.cwd(), program)).toBe("");
});

test("migrations after the released ones are judged, with all faults at once", async () => {
  await write(
    "create table notes ();\ngrant select on notes to app_user;\nupdate users set email = ''",
    "select 1",
  );
  const words = await judgeMigrations(project, program);
  expect(words).toContain(`${next}.up.sql:1: it creates table public.notes`);
  expect(words).toContain(
    `${next}.up.sql:2: it grants or revokes a privilege (access-in-migration).`,
  );
  expect(words).toContain(`${next}.up.sql:3: it locks public.users`);
});

test("reports the faults of a folder", async () => {
  await rm(join(project, "migrations", `${lastShipped}.down.sql`));
  expect(await judgeMigrations(project, program)).toContain(lastShipped);
});
