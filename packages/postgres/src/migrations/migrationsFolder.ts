import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { DeclarationError, DeclarationErrors } from "../userError";
import { type FileCache, withFileCache } from "./fileCache";
import {
  type Direction,
  type FileMeaning,
  type Migration,
  type MigrationFile,
  readMigrationFile,
} from "./migration";

/** The migrations folder as it was read, so that it is read once however often it is judged. */
export interface MigrationsFolder {
  directory: string;
  /** Those of which both files could be read, in the order of their numbers. */
  migrations: Migration[];
  /** Every up file as it is, in the order of the names, whatever is wrong with it or with its other half. */
  ups: readonly UpFile[];
  faults: readonly FolderFault[];
}

/** The text of an up file. */
interface UpFile {
  fileName: string;
  text: string;
}

/** What is wrong with the folder. */
interface FolderFault {
  error: DeclarationError;
  /**
   * The number that is missing, taken twice or has one file only. In a database that has applied this number, the ledger gives
   * the better diagnosis, and the fault is drift.
   */
  number?: number;
}

const cache: FileCache = { name: "migration-files", code: __dirname };

/**
 * Reads and validates the whole migrations folder. Needs no server.
 *
 * @param version Faults of numbers up to this one are left to the comparison with the ledger. Default 0.
 * @returns the migrations in the order of their numbers.
 * @throws DeclarationErrors with every fault of every file, each with its remedy.
 */
export async function readMigrations(directory: string, version = 0): Promise<Migration[]> {
  return validMigrations(await readMigrationsFolder(directory), version);
}

/** The migrations of a folder, as readMigrations returns them. */
export function validMigrations(folder: MigrationsFolder, version = 0): Migration[] {
  const faults = folderFaults(folder, version);
  if (faults.length > 0) throw new DeclarationErrors(faults);
  return folder.migrations;
}

/** What is wrong with a folder, without the faults of numbers up to a version. */
export function folderFaults({ faults }: MigrationsFolder, version: number): DeclarationError[] {
  return faults
    .filter(({ number }) => number === undefined || number > version)
    .map(({ error }) => error);
}

/**
 * Reads the whole migrations folder with its faults. Needs no server.
 *
 * @throws DeclarationErrors if there is no such folder.
 */
export async function readMigrationsFolder(directory: string): Promise<MigrationsFolder> {
  const fileNames = await listFiles(directory);
  const { pairs, faults } = pairMigrationFiles(directory, fileNames);
  const contents = new Map<string, Buffer>();
  for (const fileName of fileNames.filter((name) => name.endsWith(".up.sql")).sort())
    contents.set(fileName, await readFile(join(directory, fileName)));
  const ups = [...contents].map(([fileName, bytes]) => ({ fileName, text: bytes.toString() }));
  return withFileCache<FileMeaning, MigrationsFolder>(cache, directory, async (cached) => {
    const read = async (fileName: string): Promise<MigrationFile | undefined> => {
      const path = join(directory, fileName);
      const bytes = contents.get(fileName) ?? (await readFile(path));
      try {
        return await readMigrationFile(path, bytes, cached);
      } catch (error) {
        if (error instanceof DeclarationError) faults.push({ error });
        else if (!(error instanceof DeclarationErrors)) throw error;
        else faults.push(...error.faults.map((fault) => ({ error: fault })));
        return undefined;
      }
    };
    const migrations: Migration[] = [];
    for (const pair of pairs) {
      const [up, down] = [await read(pair.up), await read(pair.down)];
      if (up !== undefined && down !== undefined) migrations.push({ ...pair, up, down });
    }
    return { directory, migrations, ups, faults };
  });
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

/** The file names of one migration. */
interface MigrationPair extends Record<Direction, string> {
  number: number;
  name: string;
}

const fileNamePattern = /^(?<name>(?<number>\d{6})_[a-z][a-z0-9_]*)\.(?<direction>up|down)\.sql$/;

/**
 * Sorts the file names of a migrations folder into pairs. Reads nothing but its arguments.
 *
 * Numbers count from 1 without a gap, so that two branches that both took the next number collide in review and not in
 * production.
 */
export function pairMigrationFiles(
  directory: string,
  fileNames: readonly string[],
): { pairs: MigrationPair[]; faults: FolderFault[] } {
  const faults: FolderFault[] = [];
  const refuse = (fileName: string, fault: string, remedy: string, number?: number) => {
    const error = new DeclarationError(join(directory, fileName), fault, remedy);
    faults.push(number === undefined ? { error } : { error, number });
  };

  const halves = new Map<string, { number: number; name: string } & Partial<MigrationPair>>();
  for (const fileName of [...fileNames].sort()) {
    const { name, number, direction } = fileNamePattern.exec(fileName)?.groups ?? {};
    if (name === undefined || number === undefined) {
      const remedy =
        'Name it like "000001_create_users_table.up.sql", or move it out of the folder';
      refuse(fileName, "not the name of a migration", remedy);
      continue;
    }
    const half = halves.get(name) ?? { name, number: Number(number) };
    halves.set(name, { ...half, [direction as Direction]: fileName });
  }

  const pairs: MigrationPair[] = [];
  let previous = { number: 0, name: "the empty database" };
  for (const { number, name, up, down } of halves.values()) {
    const fileName = up ?? down ?? name;
    if (number === previous.number) {
      const remedy = `Give one of them the next free number`;
      const fault = `number ${digits(number)} is already that of ${previous.name}`;
      refuse(fileName, fault, remedy, number);
    } else if (number !== previous.number + 1) {
      const expected = digits(previous.number + 1);
      const remedy = `Rename both its files to start with ${expected}, or add what is missing`;
      const fault = `number ${digits(number)} follows ${digits(previous.number)}`;
      refuse(fileName, fault, remedy, number - 1);
    }
    previous = { number, name };

    if (up !== undefined && down !== undefined) pairs.push({ number, name, up, down });
    else {
      const missing = `${name}.${up === undefined ? "up" : "down"}.sql`;
      const fault = `its other half, ${missing}, is missing`;
      refuse(fileName, fault, `Write ${missing} beside it`, number);
    }
  }
  return { pairs, faults };
}

function digits(number: number): string {
  return String(number).padStart(6, "0");
}

const resolvesDrift = /^--\s*resolves\s+drift:\s*(?<object>.*\S)\s*$/gim;

/**
 * The manual changes that migrations take over, as `-- resolves drift: column public.sites.note` says in their up files, one
 * object a line. Such a difference does not stop the update that applies the migration.
 *
 * These migrations find the object in place, so they say `add column if not exists` and the like. From an empty database they
 * create the same schema.
 */
export function resolvedByPending(pending: readonly Migration[]): Set<string> {
  return new Set(
    pending.flatMap(({ up }) =>
      [...up.sql.matchAll(resolvesDrift)].map(({ groups }) => groups?.["object"] ?? ""),
    ),
  );
}
