import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readMigrations } from "@hosterizer/postgres/migrations/readMigrations";
import { CommandError } from "../../commandError";
import type { Program } from "../../program";

/**
 * Writes a pair of files with the next number.
 *
 * @returns their paths, a line each
 * @throws DeclarationErrors if the folder has faults; CommandError for a name that no migration can have
 */
export async function createMigration(
  { migrationsDirectory }: Program,
  name: string | undefined,
): Promise<string> {
  if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new CommandError(
      name === undefined ? "A new migration needs a name." : `"${name}" is not the name of one.`,
      "Say what it does in lower-case letters, digits and _: npm run db -- migrate create add_tags",
    );
  }
  const migrations = await readMigrations(migrationsDirectory);
  const number = String((migrations.at(-1)?.number ?? 0) + 1).padStart(6, "0");
  const paths = ["up", "down"].map((half) =>
    join(migrationsDirectory, `${number}_${name}.${half}.sql`),
  );
  const [up = "", down = ""] = paths;
  await writeFile(up, "-- What changes, in statements that name the schema of each object.\n", {
    flag: "wx",
  });
  await writeFile(down, "-- What brings back the schema as it was before, in reverse order.\n", {
    flag: "wx",
  });
  return paths.map((path) => `${path}\n`).join("");
}
