import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { DeclarationError, DeclarationErrors } from "../declarationError";
import { type FileQuestion, withFileMemory } from "./fileMemory";
import type { Migration, MigrationFile } from "./migration";
import { pairMigrationFiles } from "./pairMigrationFiles";
import { type FileMeaning, readMigrationFile } from "./readMigrationFile";

const meanings: FileQuestion = { name: "migration-files", code: __dirname };

/**
 * Reads and validates the whole migrations folder. Needs no server.
 *
 * @param version Up to which number a ledger judges what is missing, doubled or half there, instead of this. Default 0.
 * @returns the migrations in the order of their numbers.
 * @throws DeclarationErrors with every fault of every file, each with its remedy.
 */
export async function readMigrations(directory: string, version = 0): Promise<Migration[]> {
  const { pairs, faults } = pairMigrationFiles(directory, await listFiles(directory));

  const migrations = await withFileMemory<FileMeaning, Migration[]>(
    meanings,
    directory,
    async (recall) => {
      const read = async (fileName: string): Promise<MigrationFile | undefined> => {
        try {
          return await readMigrationFile(join(directory, fileName), recall);
        } catch (error) {
          if (error instanceof DeclarationError) faults.push({ error });
          else if (!(error instanceof DeclarationErrors)) throw error;
          else faults.push(...error.faults.map((fault) => ({ error: fault })));
          return undefined;
        }
      };
      const whole: Migration[] = [];
      for (const pair of pairs) {
        const [up, down] = [await read(pair.up), await read(pair.down)];
        if (up !== undefined && down !== undefined) whole.push({ ...pair, up, down });
      }
      return whole;
    },
  );

  const judged = faults.filter(({ number = Infinity }) => number > version);
  if (judged.length > 0) throw new DeclarationErrors(judged.map(({ error }) => error));
  return migrations;
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => !name.startsWith("."));
  } catch (error) {
    const remedy = "Name the folder that holds the .up.sql and .down.sql files";
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new DeclarationErrors([new DeclarationError(directory, "no such folder", remedy)]);
    }
    throw error;
  }
}
