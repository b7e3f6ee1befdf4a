import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RunProgram } from "@hosterizer/postgres/backup/clientProgram";
import { dump as writeDump } from "@hosterizer/postgres/backup/dump";
import {
  type DumpContents,
  type DumpEntry,
  readDump,
  type TableRows,
} from "@hosterizer/postgres/backup/dumpContents";
import { loadedTables } from "@hosterizer/postgres/backup/loadedEntries";
import type { Source } from "@hosterizer/postgres/backup/restore";
import { ledgerTable } from "@hosterizer/postgres/migrations/ledger";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import type { StackAccess } from "../stack/stackAccess";

/** How a dump is loaded: the options of `npm run db -- restore`. */
export interface LoadOptions {
  stack: string;
  into?: string;
  replace?: string;
  schemaOnly?: true;
  dataOnly?: true;
}

/** A dump of another version would not fit what the program declares. @throws UserError */
export function requireSameVersion(
  file: string,
  { entries, migrations }: DumpContents,
  applied: readonly string[],
  { stack, dataOnly }: LoadOptions,
): void {
  const has = (kind: string) => entries.some((entry) => entry.kind === kind);
  if (!has("TABLE") && !dataOnly) {
    throw new UserError(
      `${file} has only rows.`,
      "Add --data-only: they are loaded into a copy of the present schema.",
    );
  }
  if (migrations === undefined) {
    throw new UserError(
      has("TABLE DATA")
        ? `${file} is not a dump of a whole database of this program: it has no rows of ${ledgerTable.schema}.${ledgerTable.table}.`
        : `${file} has no rows, not even the migrations' ledger: a dump with --schema-only is for reading.`,
      "Name a dump of everything. pg_restore loads a part of a database.",
    );
  }
  const [inDump, here] = [migrations, applied].map((names) => [...names].sort());
  const [last, lastHere] = [inDump?.at(-1) ?? "none", here?.at(-1) ?? "none"];
  if (String(inDump) === String(here)) return;
  throw new UserError(
    `${file} is of another schema version: its last migration is ${last}, and that of stack ${stack} is ${lastHere}.`,
    `Bring the stack to that version first: \`npm run db -- migrate\`, or the commit with those migrations.`,
  );
}

/** What is loaded, in which order. */
export async function withSources(
  file: string,
  { entries }: DumpContents,
  { schemaOnly, dataOnly }: LoadOptions,
  {
    program,
    access,
    runProgram,
  }: { program: Program; access: StackAccess; runProgram: RunProgram },
  use: (sources: readonly Source[]) => Promise<string[]>,
): Promise<string[]> {
  if (!dataOnly) {
    const isWanted = ({ kind, rest }: DumpEntry) =>
      !schemaOnly ||
      !["TABLE DATA", "SEQUENCE SET"].includes(kind) ||
      rest.startsWith(`${ledgerTable.schema} `);
    return use([{ file, entries: entries.filter(isWanted) }]);
  }
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-restore-"));
  try {
    const schema = join(folder, "schema.dump");
    const reader = connectionAs(backupRole(program), access);
    await writeDump(reader, schema, { only: "schema" }, undefined, runProgram);
    const definitions = (await readDump(schema, runProgram)).entries;
    return await use([
      { file: schema, entries: definitions, section: "pre-data" },
      { file, entries, section: "data" },
      { file: schema, entries: definitions, section: "post-data" },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The program's own records are part of a schema: without them the next update could not tell what is applied. */
export function expectedRows(
  contents: DumpContents,
  { schemaOnly }: LoadOptions,
  { owner }: Program,
): readonly TableRows[] {
  const loaded = loadedTables(contents, owner);
  return schemaOnly ? loaded.filter(({ schema }) => schema === ledgerTable.schema) : loaded;
}

/** Says what a dump has and the new database does not. */
export function tellLeftOut(
  { entries, tables }: DumpContents,
  extensions: readonly string[],
  { owner }: Program,
): void {
  if (extensions.length > 0)
    say(
      `  without the extensions ${extensions.join(", ")}: only a superuser can create them there`,
    );
  const loaded = new Set(loadedTables({ entries, tables }, owner));
  const others = tables.filter((table) => !loaded.has(table));
  if (others.length > 0) {
    const names = others.map(({ schema, table }) => `${schema}.${table}`).join(", ");
    say(`  without the tables ${names}: they are not ${owner}'s`);
  }
  if (entries.some(({ kind }) => kind.startsWith("BLOB")))
    say("  without large objects: the program does not support them");
}
