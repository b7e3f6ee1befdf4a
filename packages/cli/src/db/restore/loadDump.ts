import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import { interruptSignals, type RunProgram } from "@hosterizer/postgres/backup/clientProgram";
import { readCustomerHead } from "@hosterizer/postgres/backup/customer/customerFile";
import { compareCounts, countRows } from "@hosterizer/postgres/backup/countRows";
import { dump as writeDump } from "@hosterizer/postgres/backup/dump";
import {
  type DumpContents,
  type DumpEntry,
  readDump,
  type TableRows,
} from "@hosterizer/postgres/backup/dumpContents";
import { loadedTables } from "@hosterizer/postgres/backup/loadedEntries";
import { openLike } from "@hosterizer/postgres/backup/newDatabase";
import { restore as load, type Source } from "@hosterizer/postgres/backup/restore";
import { closeDatabase, swapDatabases } from "@hosterizer/postgres/backup/swapDatabases";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { isLeak } from "@hosterizer/postgres/isolation/isolationProof";
import { ledgerTable } from "@hosterizer/postgres/migrations/ledger";
import { readMigrationState } from "@hosterizer/postgres/migrations/migrationState";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import { UserError } from "@hosterizer/postgres/userError";
import { up } from "../../commands/up";
import type { Program } from "../../program";
import { withStackLock } from "../../stack/locks";
import { maintenanceConnection } from "../stack/maintenanceConnection";
import { withClientPrograms } from "../dump/clientPrograms";
import { lateProgress, say } from "../../terminal";
import { counted, humanDuration } from "../screen/numbers";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { proveStack } from "../verify/proof";

/** How a dump is loaded: the options of `npm run db -- restore`. */
export interface LoadOptions {
  stack: string;
  into?: string;
  replace?: string;
  schemaOnly?: true;
  dataOnly?: true;
}

/** Loads a dump into a database of its own, checks it, and puts it in place if asked. */
export async function loadDump(
  program: Program,
  file: string,
  options: LoadOptions,
): Promise<void> {
  const { stack, replace } = options;
  const ofCustomer = await readCustomerHead(file);
  if (ofCustomer !== undefined) {
    throw new UserError(
      `${file} has customer ${ofCustomer.customer} alone.`,
      `Add --customer ${ofCustomer.customer}: it is loaded into the present database, if that does not have this customer.`,
    );
  }
  const access = await readStackAccess(stack);
  if (replace !== undefined && replace !== access.database) {
    throw new UserError(
      `--replace: "${replace}" is not the database of stack ${stack}.`,
      `Name ${access.database}, or leave --replace out: the dump is then loaded beside it.`,
    );
  }
  const migrator = connectionAs(program.migrator, access);
  const major = await explainRefusal(access, migrator, majorOf);
  const moment = new Date().toISOString().slice(0, 23).replace("T", "_").replaceAll(/[-:.]/g, "");
  const predecessor = nameBeside(access.database, `before_${moment}`);
  const programs = options.dataOnly
    ? (["pg_restore", "pg_dump"] as const)
    : (["pg_restore"] as const);
  await withClientPrograms(stack, programs, major, async (runProgram) => {
    say(`Reading ${file} …`);
    const contents = await readDump(file, runProgram);
    await withStackLock(stack, () =>
      loadBeside(program, { file, contents, access, options, moment, predecessor, runProgram }),
    );
  });
  if (replace === undefined) return;
  // Grants on the database itself, settings, and what other owners have in it.
  const unasked = stack === "local" ? [] : ["--yes", "--skip-preview"];
  const code = await up(["--stack", stack, ...unasked]).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    return 1;
  });
  if (code !== 0) {
    throw new UserError(
      `${access.database} is the restored database, but the update after that has failed: settings and the pooler's function may be missing.`,
      `See above, then run \`${npmCommand("up", [], stack)}\`. The database before is ${predecessor}.`,
    );
  }
}

/** Loads a dump into a database of its own, checks it, and puts it in the place of the present one if asked. */
async function loadBeside(
  program: Program,
  {
    file,
    contents,
    access,
    options,
    moment,
    predecessor,
    runProgram,
  }: {
    file: string;
    contents: DumpContents;
    access: StackAccess;
    options: LoadOptions;
    moment: string;
    /** What the present database is called afterwards. */
    predecessor: string;
    runProgram: RunProgram;
  },
): Promise<void> {
  const { stack, replace, schemaOnly } = options;
  const { applied } = await readMigrationState({
    connection: connectionAs(program.migrator, access),
    owner: program.owner,
    directory: program.migrationsDirectory,
    schemas: program.recordedSchemas,
  });
  requireSameVersion(
    file,
    contents,
    applied.map(({ name }) => name),
    options,
  );
  const database = options.into ?? nameBeside(access.database, `restored_${moment}`);
  requireName(database);
  const target = {
    database,
    like: access.database,
    maintenance: await maintenanceConnection(stack, serverOf(access)),
    owner: program.owner,
  };
  const began = Date.now();
  const progress = lateProgress((table: string) => `loading ${table}`);
  const reach = { program, access, runProgram };
  const leftOut = await withSources(file, contents, options, reach, (sources) =>
    load(sources, target, { jobs: availableParallelism(), onTable: progress, runProgram }),
  );
  say(`Loaded into the database ${database} in ${humanDuration((Date.now() - began) / 1000)}.`);
  tellLeftOut(contents, leftOut, program);

  await closedUnless(target.maintenance, database, async () => {
    // For the proof: its sessions are the application's.
    await openLike(target);
    await check(
      program,
      { ...access, database },
      expectedRows(contents, options, program),
      schemaOnly,
    );
    if (replace === undefined) return;
    await swapDatabases(target.maintenance, {
      name: access.database,
      successor: database,
      predecessor,
      guardian: program.migrator,
    });
  });
  if (replace === undefined) {
    await closeDatabase(target.maintenance, database, program.migrator);
    say(
      `The database ${access.database} is as it was. ${database} is beside it, and only ${program.migrator} may connect to it.`,
    );
    return;
  }
  say(`${access.database} is the restored database now. The one before is kept as ${predecessor}.`);
}

/** Runs something in which applications may connect to a database, and closes the database if that fails or is interrupted. */
async function closedUnless(
  maintenance: Connection,
  database: string,
  run: () => Promise<void>,
): Promise<void> {
  let interrupt: (signal: string) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = (signal) => {
      reject(
        new UserError(`Interrupted by ${signal}.`, `The database ${database} is kept, and closed.`),
      );
    };
  });
  for (const signal of interruptSignals) process.once(signal, interrupt);
  try {
    await Promise.race([run(), interrupted]);
  } catch (error) {
    await closeDatabase(maintenance, database);
    throw error;
  } finally {
    for (const signal of interruptSignals) process.off(signal, interrupt);
  }
}

/** Says what a dump has and the new database does not. */
function tellLeftOut(
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

/** The most bytes of a name: https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const nameLength = 63;

/** The name of a database beside another one. Of a long one it has the beginning. */
function nameBeside(database: string, suffix: string): string {
  return `${database.slice(0, nameLength - suffix.length - 1)}_${suffix}`;
}

function requireName(database: string): void {
  if (database !== "" && Buffer.byteLength(database) <= nameLength) return;
  throw new UserError(
    `--into: "${database}" cannot be the name of a database.`,
    `Choose one of 1 to ${nameLength} bytes.`,
  );
}

async function majorOf(connection: Connection): Promise<number> {
  return withClient(connection, "restore", async (client) => {
    const { rows } = await client.query<{ major: number }>(
      "select pg_catalog.current_setting('server_version_num')::int4 / 10000 as major",
    );
    return rows[0]?.major ?? 0;
  });
}

function serverOf({ host, port, sslmode, sslrootcert }: StackAccess) {
  return { host, port, sslmode, ...(sslrootcert === undefined ? {} : { sslrootcert }) };
}

/** A dump of another version would not fit what the program declares. @throws UserError */
function requireSameVersion(
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

/** The program's own records are part of a schema: without them the next update could not tell what is applied. */
function expectedRows(
  contents: DumpContents,
  { schemaOnly }: LoadOptions,
  { owner }: Program,
): readonly TableRows[] {
  const loaded = loadedTables(contents, owner);
  return schemaOnly ? loaded.filter(({ schema }) => schema === ledgerTable.schema) : loaded;
}

/** What is loaded, in which order. */
async function withSources(
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

/** @throws UserError if the restored database is not what the dump says, or not safe to use */
async function check(
  program: Program,
  restored: StackAccess,
  rows: readonly TableRows[],
  schemaOnly = false,
): Promise<void> {
  const counts = await countRows(connectionAs(backupRole(program), restored), rows);
  const differences = await readSchemaDrift(connectionAs(program.migrator, restored), {
    schemas: program.recordedSchemas,
    owner: program.owner,
    directory: program.migrationsDirectory,
    tenancy: await program.tenancyUpTo(),
  });
  const proof = await proveStack(restored, program);
  const faults = [
    ...compareCounts(rows, counts),
    ...differences.map(renderDifference),
    ...proof.cells
      .filter(isLeak)
      .map(({ role, table }) => `${role} sees other tenants' rows of ${table}`),
  ];
  if (faults.length > 0) {
    throw new UserError(
      `The database ${restored.database} is not as it should be:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
      "It is kept under this name, and only superusers may connect to it. The present database was not changed.",
    );
  }
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  say(
    schemaOnly
      ? "  rows: none but the program's own records"
      : `  rows: ${counted(total, "row")} of ${counted(rows.length, "table")}, as in the dump`,
  );
  say("  schema: as recorded");
  say(`  isolation: ${counted(proof.summary.tried, "attempt")}, nothing leaks`);
}
