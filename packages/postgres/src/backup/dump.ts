import type { Connection } from "../connection/connection";
import { runClientProgram, type RunProgram } from "./clientProgram";
import { requireAllRows } from "./hiddenRows";
import { writeNewFile } from "./newFile";

/** What a dump holds. */
export interface DumpContent {
  /** Default: the schema and the rows. */
  only?: "schema" | "data" | undefined;
  /** Names of tables, with their schemas. Default: the whole database. */
  tables?: readonly string[];
  /** Names of tables that are left out, rows and definition. Default: none. */
  withoutTables?: readonly string[];
  /** How many tables are written at a time, into a folder. Default: one, into a file. */
  jobs?: number | undefined;
}

/** Receives the name of each table whose rows are about to be written. */
export type OnTable = (table: string) => void;

/**
 * Writes a database into one file, as one snapshot sees it, in pg_dump's custom format, which is compressed and which pg_restore
 * reads in any order; or, by several jobs, into a folder in its directory format. It appears under its name when it is complete.
 *
 * Policies decide which rows the login sees, so it must be one that they show every row: another is refused.
 * https://www.postgresql.org/docs/15/app-pgdump.html
 *
 * @param file a path that does not exist yet
 * @param runProgram runs pg_dump. Default: this machine's.
 * @throws ClientProgramError with pg_dump's messages; UserError if pg_dump is not installed, or if policies hide rows
 */
export async function dump(
  connection: Connection,
  file: string,
  { only, tables = [], withoutTables = [], jobs }: DumpContent,
  onTable: OnTable = () => undefined,
  runProgram: RunProgram = runClientProgram,
): Promise<void> {
  const args = [
    ...["--no-password", "--enable-row-security", "--strict-names", "--verbose"],
    // Every role may create a large object, and only that role can read it: a single one would make every dump fail.
    "--no-blobs",
    ...(jobs === undefined ? [] : [`--jobs=${jobs}`]),
    ...(only === undefined ? [] : [`--${only}-only`]),
    ...tables.map((table) => `--table=${patternOf(table)}`),
    ...withoutTables.map((table) => `--exclude-table=${patternOf(table)}`),
  ];
  if (only !== "schema") await requireAllRows(connection, { tables, withoutTables });
  const format = jobs === undefined ? "custom" : "directory";
  await writeNewFile(file, (path) =>
    runProgram("pg_dump", {
      ...{ args, connection, writes: { path, format } },
      onMessage: (message) => {
        const [, table] = /^dumping contents of table "(.+)"$/.exec(message) ?? [];
        if (table !== undefined) onTable(table);
      },
    }),
  );
}

/** pg_dump's pattern that matches a table's name and nothing else. */
function patternOf(table: string): string {
  return table
    .split(".")
    .map((name) => `"${name.replaceAll('"', '""')}"`)
    .join(".");
}
