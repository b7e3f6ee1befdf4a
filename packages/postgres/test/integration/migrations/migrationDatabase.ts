import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Connection } from "../../../src/connection/connection";
import type { RecordSchema } from "../../../src/migrations/runSettings";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

/** An empty database with the two roles that migrations need, and a folder to put migrations into. */
export interface MigrationDatabase extends TestDatabase {
  /** The arguments of the functions under test. */
  settings: {
    connection: Connection;
    owner: string;
    directory: string;
    recordSchema: RecordSchema;
  };
  /** Writes a pair of files; the down file undoes nothing unless one is given. */
  write: (name: string, up: string, down?: string) => Promise<void>;
  /** Rows of a query by the superuser. */
  rows: <T extends object>(sql: string) => Promise<T[]>;
}

/** The project's own migrations. */
export const realMigrations = join(__dirname, "../../../../../migrations");

/** Creates the database; `keep`, `reset` and `drop` are about the folder too. */
export async function createMigrationDatabase(): Promise<MigrationDatabase> {
  const database = await createTestDatabase();
  const { user: owner } = await database.role("owner");
  const connection = await database.role("migrator", `noinherit in role ${owner}`);
  await database.administer(`alter database ${database.name} owner to ${owner}`);
  const folder = await mkdtemp(join(tmpdir(), `migrations-${randomBytes(3).toString("hex")}`));
  const directory = join(folder, "migrations");
  const kept = join(folder, "kept");
  await mkdir(directory);

  return {
    ...database,
    settings: { connection, owner, directory, recordSchema: recordStatements },
    write: async (name, up, down = "select 1;\n") => {
      await writeFile(join(directory, `${name}.up.sql`), up);
      await writeFile(join(directory, `${name}.down.sql`), down);
    },
    rows: (sql) => rowsOf(database.superuser, sql),
    keep: async () => {
      await cp(directory, kept, { recursive: true });
      await database.keep();
    },
    reset: async () => {
      await rm(directory, { recursive: true });
      await cp(kept, directory, { recursive: true });
      await database.reset();
    },
    drop: async () => {
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Puts the project's own migrations into a folder. */
export async function copyRealMigrations({ settings }: MigrationDatabase): Promise<void> {
  await cp(realMigrations, settings.directory, { recursive: true });
}
