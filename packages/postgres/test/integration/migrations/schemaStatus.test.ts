import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate } from "../../../src/migrations/migrate";
import { readSchemaStatus } from "../../../src/migrations/migrationState";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

let database: MigrationDatabase;

beforeEach(async () => {
  database = await createMigrationDatabase();
  await database.write("000001_first", "create schema first;\n", "drop schema first;\n");
});

afterEach(() => database.drop());

describe("the status of the schema", () => {
  test("before the first migration is version 0, with all of them pending", async () => {
    expect(await readSchemaStatus(database.settings)).toEqual({
      version: 0,
      target: null,
      pending: ["000001_first"],
      faults: [],
    });
  });

  test("names pending migrations after the applied ones", async () => {
    await migrate(database.settings);
    await database.write("000002_second", "create schema second;\n", "drop schema second;\n");
    expect(await readSchemaStatus(database.settings)).toEqual({
      version: 1,
      target: null,
      pending: ["000002_second"],
      faults: [],
    });
  });

  test("does not name migrations after the target as pending", async () => {
    await database.write("000002_second", "create schema second;\n", "drop schema second;\n");
    const { target, pending } = await readSchemaStatus({ ...database.settings, target: 1 });
    expect({ target, pending }).toEqual({ target: 1, pending: ["000001_first"] });
  });

  test("reports that an applied file was edited", async () => {
    await migrate(database.settings);
    await database.write("000001_first", "create schema other;\n", "drop schema first;\n");
    const { version, faults } = await readSchemaStatus(database.settings);
    expect(version).toBe(1);
    expect(faults).toEqual([expect.stringContaining("the file was edited after it was applied")]);
  });

  test("reports that a file of an applied migration is missing", async () => {
    await migrate(database.settings);
    await rm(join(database.settings.directory, "000001_first.down.sql"));
    const { version, pending, faults } = await readSchemaStatus(database.settings);
    expect({ version, pending }).toEqual({ version: 1, pending: [] });
    expect(faults).toEqual([expect.stringContaining("000001_first")]);
  });

  test("contains the version even if the folder is broken, with the folder's fault", async () => {
    await migrate(database.settings);
    await database.write("000003_third", "create schema third;\n", "drop schema third;\n");
    const { version, pending, faults } = await readSchemaStatus(database.settings);
    expect({ version, pending }).toEqual({ version: 1, pending: null });
    expect(faults).toEqual([expect.stringContaining("number 000003 follows 000001")]);
  });
});
