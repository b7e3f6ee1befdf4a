import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { migrationKinds, readSchemaDrift } from "../../../src/schema/schemaDrift";
import { migrations } from "../../../../../test/drift/catalogue/migrations";
import type { FileChange } from "../../../../../test/drift/driftCase";
import { matches } from "../../../../../test/drift/matches";
import {
  copyRealMigrations,
  createMigrationDatabase,
  type MigrationDatabase,
} from "./migrationDatabase";

/** The cases that change the folder; the recorded schema repairs the ledger itself. */
const ofTheFolder = migrations.filter(({ up }) => up === "refuses");

describe("a migrations folder that was changed by hand", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await copyRealMigrations(database);
    await migrate(database.settings);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await rm(database.settings.directory, { recursive: true });
    await copyRealMigrations(database);
    expect(await drift()).toEqual([]);
  });

  const drift = () => {
    const { connection, ...rest } = database.settings;
    return readSchemaDrift(connection, { ...rest, schemas: ["public"] });
  };
  const change = async (one: FileChange) => {
    // The catalogue's paths begin with the folder.
    const path = (name: string) => join(dirname(database.settings.directory), name);
    const file = path(one.file);
    if ("text" in one) return writeFile(file, one.text);
    if ("movedTo" in one) return rename(file, path(one.movedTo));
    if ("removed" in one) return rm(file);
    const text = await readFile(file, "utf8");
    expect(text).toContain(one.from);
    return writeFile(file, text.replace(one.from, one.to));
  };

  test.each(ofTheFolder)(
    "is named once, and refused: $what",
    async ({ break: broken, ...drifted }) => {
      for (const one of broken) if (typeof one !== "string") await change(one);
      const found = await drift();
      expect(found.map(renderDifference).filter((line) => matches(drifted, line))).toHaveLength(1);
      expect(found).toMatchObject([{ kind: drifted.kind, repair: "refused" }]);
      await expect(migrate(database.settings)).rejects.toThrow();
    },
  );

  test("is named among all changes at once", async () => {
    for (const { break: broken } of ofTheFolder) {
      for (const one of broken) if (typeof one !== "string") await change(one);
    }
    const lines = (await drift()).map(renderDifference);
    expect(ofTheFolder.filter((one) => !lines.some((line) => matches(one, line)))).toEqual([]);
    expect(lines).toHaveLength(ofTheFolder.length);
  });

  test("is in the catalogue with every known change", () => {
    expect([...new Set(migrations.map(({ kind }) => kind))].sort()).toEqual(
      [...migrationKinds].sort(),
    );
  });
});
