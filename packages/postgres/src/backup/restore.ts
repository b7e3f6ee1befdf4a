import type { Connection } from "../connection/connection";
import { UserError } from "../userError";
import { ClientProgramError, runClientProgram, type RunProgram } from "./clientProgram";
import type { DumpEntry } from "./dumpContents";
import { isLoaded, phaseOf } from "./loadedEntries";
import {
  createDatabase,
  createExtensions,
  createLoader,
  dropLoader,
  dropRestored,
  handOver,
  readFacts,
  type RestoreTarget,
} from "./newDatabase";

/** A dump, or a part of one. */
export interface Source {
  file: string;
  entries: readonly DumpEntry[];
  /** Default: everything in it. https://www.postgresql.org/docs/15/app-pgrestore.html */
  section?: "pre-data" | "data" | "post-data";
}

/** How a dump is loaded. */
export interface RestoreOptions {
  /** How many tables and indexes at a time. */
  jobs: number;
  /** Receives the name of each table whose rows are about to be loaded. */
  onTable?: (table: string) => void;
  /** Runs pg_restore. Default: this machine's. */
  runProgram?: RunProgram;
  /** Ends it early, before the next step. A running program ends by itself. */
  signal?: AbortSignal;
}

/**
 * Makes a database that only superusers may enter, and loads dumps into it, in this order. Where that fails, the database is dropped
 * again.
 *
 * A dump is code, and its author decides what it does. So it is loaded by a login that exists for this alone and has nothing but this
 * database: the owner has others, the present one too. Extensions and their schemas are made first, by a login that may; what the dump
 * has of other owners is left out, because an update makes it.
 *
 * Row-level security comes after the rows: neither COPY nor the check of a new foreign key works on tables that force it, and
 * pg_restore's parallel jobs do not wait for either. Materialized views are filled after that, so that they hold what policies show.
 *
 * @returns the names of extensions that are left out, because only a superuser may create them
 * @throws UserError if the database exists, or with pg_restore's messages
 */
export async function restore(
  sources: readonly Source[],
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<string[]> {
  const facts = await readFacts(target);
  const loader = await createLoader(target);
  try {
    await createDatabase(target, facts, loader.user);
  } catch (error) {
    // Another run may have made a database of this name in the meantime: it is not dropped.
    await dropLoader(target, loader.user);
    throw error;
  }
  try {
    const { schemas, leftOut } = await createExtensions(target, loader.user);
    for (const phase of [0, 1, 2] as const) {
      for (const source of sources) {
        const entries = source.entries.filter(
          (entry) => phaseOf(entry) === phase && isLoaded(entry, target.owner, schemas),
        );
        options.signal?.throwIfAborted();
        await load({ ...source, entries }, loader, options, phase);
      }
    }
    await handOver(target, loader.user);
    options.signal?.throwIfAborted();
    return leftOut;
  } catch (error) {
    await dropRestored(target);
    await dropLoader(target, loader.user);
    throw error instanceof ClientProgramError ? notLoaded(error) : error;
  }
}

async function load(
  { file, entries, section }: Source,
  loader: Connection,
  { jobs, onTable = () => undefined, runProgram = runClientProgram }: RestoreOptions,
  phase: 0 | 1 | 2,
): Promise<void> {
  if (entries.length === 0) return;
  await runProgram("pg_restore", {
    args: [
      ...["--no-password", "--exit-on-error", "--no-owner", "--verbose"],
      // Otherwise a view of a table under row-level security cannot be filled.
      ...(phase === 2 ? ["--enable-row-security"] : []),
      ...(section === undefined ? [] : [`--section=${section}`]),
      ...[`--jobs=${jobs}`, `--dbname=${databaseOnly(loader)}`],
    ],
    reads: file,
    list: entries.map(({ line }) => `${line}\n`).join(""),
    connection: loader,
    onMessage: (message) => {
      const [, table] = /^processing data for table "(.+)"$/.exec(message) ?? [];
      if (table !== undefined) onTable(table);
    },
  });
}

/** A connection string with a database's name alone: libpq would take a name such as `host=…` for one. */
function databaseOnly({ database }: Connection): string {
  return `dbname='${database.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** What an operator is told, with all that pg_restore says: rows may be in it. */
export function notLoaded(error: ClientProgramError): UserError {
  return new UserError(
    `The dump could not be loaded. pg_restore says:\n${error.errors.map((line) => `  ${line}`).join("\n")}`,
    "The new database was dropped again, and nothing else was changed.",
    { cause: error },
  );
}
