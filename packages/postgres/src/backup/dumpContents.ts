import { open } from "node:fs/promises";

import { ledgerTable } from "../migrations/ledger";
import { UserError } from "../userError";
import { ClientProgramError, runClientProgram, type RunProgram } from "./clientProgram";

/** An object of a dump: a line of `pg_restore --list`. */
export interface DumpEntry {
  /** The line as it is, for `--use-list`. */
  line: string;
  /** As pg_dump calls it, such as "TABLE DATA". */
  kind: string;
  /** What follows the kind: schema or "-", name, owner. Names may have spaces. */
  rest: string;
}

/** What a dump holds, read in full: a file that was cut off or changed on its way has been found out by then. */
export interface DumpContents {
  entries: readonly DumpEntry[];
  /** Names of the migrations that it had applied; undefined if it has no ledger's rows, as one of a few tables. */
  migrations: readonly string[] | undefined;
  /** In the order of the file. */
  tables: readonly TableRows[];
}

/** How many rows a table has. */
export interface TableRows {
  schema: string;
  table: string;
  count: number;
}

/**
 * Reads a dump from its first byte to its last, without a server.
 *
 * @param runProgram runs pg_restore. Default: this machine's.
 * @throws UserError if it is missing, is not in one of pg_dump's formats for pg_restore, or is damaged
 */
export async function readDump(
  file: string,
  runProgram: RunProgram = runClientProgram,
): Promise<DumpContents> {
  await requireLoadable(file);
  const entries: DumpEntry[] = [];
  const counter = new RowCounter();
  try {
    await runProgram("pg_restore", {
      args: ["--list"],
      reads: file,
      read: async (output) => {
        for await (const line of linesOf(output)) {
          const entry = parseEntry(line.toString("utf8"));
          if (entry !== undefined) entries.push(entry);
        }
      },
    });
    await runProgram("pg_restore", {
      args: ["--data-only", "--file=-"],
      reads: file,
      read: async (output) => {
        for await (const line of linesOf(output)) counter.read(line);
      },
    });
  } catch (error) {
    if (!(error instanceof ClientProgramError)) throw error;
    throw new UserError(
      `${file} is not a dump, or is damaged. pg_restore says: ${error.errors.join(" ")}`,
      "Name a file that `npm run db -- dump` or `pg_dump --format=custom` has written, and copy it again if it was copied.",
      { cause: error },
    );
  }
  // pg_restore does not notice that a file in a folder was cut off.
  const dumped = entries.filter(({ kind }) => kind === "TABLE DATA");
  const isWhole = counter.isComplete && dumped.length === counter.tables.length;
  if (!counter.hasInserts && !isWhole) {
    throw new UserError(
      `${file} is damaged: rows of a table are missing.`,
      "Copy it again if it was copied.",
    );
  }
  if (counter.hasInserts) {
    throw new UserError(
      `${file} has its rows as INSERT statements, which cannot be counted before they have run.`,
      "Dump again without --inserts, --column-inserts and --rows-per-insert.",
    );
  }
  return { entries, migrations: counter.migrations, tables: counter.tables };
}

/**
 * The formats of pg_dump, and those that files come in, by how they begin. https://www.postgresql.org/docs/15/app-pgdump.html
 */
const otherFormats: readonly { begins: RegExp; is: string; remedy: string }[] = [
  {
    begins: /^.{257}ustar/s,
    is: "a tar archive, of which pg_restore loads no part before another",
    remedy: "Dump again with `pg_dump --format=custom`, or with `npm run db -- dump`.",
  },
  {
    begins: /^\s*(--|\\restrict|set |create |insert |copy |begin|select )/i,
    is: "a script of SQL, of which nothing can be checked before it has run",
    remedy:
      "Dump again with `pg_dump --format=custom`, or with `npm run db -- dump`. docs/dump-and-load.md shows how to load rows from a script.",
  },
  {
    begins: /^\x1f\x8b/,
    is: "compressed",
    remedy:
      "Decompress it with gunzip first. A dump in pg_dump's custom format is compressed itself.",
  },
];

/** @throws UserError if a file cannot be read, or is in another format than pg_dump's custom one and its folders */
async function requireLoadable(file: string): Promise<void> {
  const handle = await open(file).catch((error: unknown) => {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(
      isMissing ? `${file} does not exist.` : `${file} cannot be read: ${String(error)}.`,
      "Name a dump.",
    );
  });
  try {
    if ((await handle.stat()).isDirectory()) return;
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(512) });
    const start = buffer.toString("latin1", 0, bytesRead);
    const other = otherFormats.find(({ begins }) => begins.test(start));
    if (other !== undefined) throw new UserError(`${file} is ${other.is}.`, other.remedy);
  } finally {
    await handle.close();
  }
}

/** How many bytes of a line are read: enough for the COPY statement of a table with the most and longest column names. */
const readLength = 1 << 20;
const lineFeed = 0x0a;

/**
 * The lines of a program's output as bytes; of one that is longer than a COPY statement, which a row may be, the beginning. Not
 * readline's lines: those end at other characters too, which rows may have.
 */
async function* linesOf(output: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    const kept = part.subarray(0, readLength - length);
    if (kept.length === 0) return;
    begun.push(kept);
    length += kept.length;
  };
  for await (const chunk of output as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      keep(chunk.subarray(start, end));
      yield begun.length === 1 && begun[0] !== undefined ? begun[0] : Buffer.concat(begun);
      begun = [];
      length = 0;
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
}

/** https://www.postgresql.org/docs/15/app-pgrestore.html, on `--list`. Kinds are in capitals, and no schema's name is expected to be. */
function parseEntry(line: string): DumpEntry | undefined {
  const [, kind, rest] = /^\d+; \d+ \d+ ([A-Z]+(?: [A-Z]+)*) (.*)$/.exec(line) ?? [];
  return kind === undefined || rest === undefined ? undefined : { line, kind, rest };
}

const endOfRows = Buffer.from("\\.");

/** Counts the rows of each table in a script of pg_restore, and reads the ledger's. */
class RowCounter {
  readonly tables: TableRows[] = [];
  migrations: string[] | undefined;
  /** Whether rows are written as statements, which are not counted. */
  hasInserts = false;

  /** The one whose rows follow. */
  private table: TableRows | undefined;
  /** The lines of a COPY statement so far, which end within a name. */
  private unfinished: { lines: string[]; length: number } = { lines: [], length: 0 };
  /** Where the ledger's rows have the name of a migration. */
  private nameAt: number | undefined;

  /** Whether the rows of each table were complete. */
  get isComplete(): boolean {
    return this.table === undefined;
  }

  read(line: Buffer): void {
    if (this.table === undefined) this.readStatement(line.toString("utf8"));
    else if (line.equals(endOfRows)) this.table = undefined;
    else {
      this.table.count += 1;
      if (this.nameAt === undefined) return;
      this.migrations?.push(line.toString("utf8").split("\t")[this.nameAt] ?? "");
    }
  }

  /** A COPY statement has several lines if a name in it has a line feed. */
  private readStatement(line: string): void {
    const { lines, length } = this.unfinished;
    this.hasInserts ||= line.startsWith("INSERT INTO ");
    const isCopy = lines.length > 0 || line.startsWith("COPY ");
    // A name has begun or ended in this line, and not both.
    const turns = line.split('"').length % 2 === 0;
    const endsInName = isCopy && turns === (lines.length === 0);
    lines.push(line);
    if (endsInName && length < readLength) {
      this.unfinished.length += line.length + 1;
      return;
    }
    this.unfinished = { lines: [], length: 0 };
    this.begin(lines.join("\n"));
  }

  private begin(statement: string): void {
    const [, schema, table, columns = ""] =
      /^COPY ((?:"(?:[^"]|"")+"|\w+))\.((?:"(?:[^"]|"")+"|\w+)) \((.*)\) FROM stdin;$/s.exec(
        statement,
      ) ?? [];
    if (schema === undefined || table === undefined) return;
    this.table = { schema: unquoted(schema), table: unquoted(table), count: 0 };
    this.tables.push(this.table);
    const isLedger =
      this.table.schema === ledgerTable.schema && this.table.table === ledgerTable.table;
    this.nameAt = isLedger ? columns.split(", ").indexOf("name") : undefined;
    if (isLedger) this.migrations = [];
  }
}

/** A name as pg_dump quotes it, without the quotes. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
