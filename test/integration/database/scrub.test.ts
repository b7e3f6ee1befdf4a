import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "@hosterizer/postgres/connection/connection";
import { readStoredColumns, scrubFaults } from "@hosterizer/postgres/scrub/scrubPlan";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/postgres/test/integration/testDatabase";
import { schemas } from "../../../database/extensions";
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

test("database/scrub.ts has a rule for each column of the migrations that may hold text, and no other", async () => {
  const own = schemas.map(({ name }) => name);
  const columns = await withClient(database.superuser, "test", (client) =>
    readStoredColumns(client, own),
  );
  expect(columns.filter(({ holdsText }) => holdsText).length).toBeGreaterThan(20);
  expect(scrubFaults(columns, scrub, { mayLack: false })).toEqual([]);
});
