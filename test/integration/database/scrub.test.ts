import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "@hosterizer/postgres/connection/connection";
import { readStoredColumns, scrubFaults } from "@hosterizer/postgres/scrub/scrubPlan";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/postgres/test/integration/testDatabase";
import { program } from "../../../components/program";
import { migrationsDirectory } from "../../../database/migrations";
import { scrub } from "../../../database/scrub";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const files = await readdir(migrationsDirectory);
  for (const file of files.filter((name) => name.endsWith(".up.sql")).sort())
    await database.run(await readFile(join(migrationsDirectory, file), "utf8"));
});
afterAll(() => database.drop());

const storedColumns = () =>
  withClient(database.superuser, "test", (client) => readStoredColumns(client, program.ownSchemas));

test("database/scrub.ts has a rule for each column of the migrations that may hold text, and no other", async () => {
  const columns = await storedColumns();
  expect(columns.filter(({ holdsText }) => holdsText).length).toBeGreaterThan(20);
  expect(scrubFaults(columns, scrub, { mayLack: false })).toEqual([]);
});

test("a rule is needed in every schema that migrations may use, but not for what extensions or this program made", async () => {
  await database.run(`
    create schema if not exists monitoring;
    create schema if not exists hosterizer;
    create table monitoring.reports (note text);
    create table monitoring.of_extension (note text);
    alter extension plpgsql add table monitoring.of_extension;
    create table hosterizer.of_program (note text)`);
  const faults = scrubFaults(await storedColumns(), scrub, { mayLack: false });
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringContaining("monitoring.reports.note in database/scrub.ts"),
  ]);
});
