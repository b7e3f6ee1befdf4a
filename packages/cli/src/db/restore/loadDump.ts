import { availableParallelism } from "node:os";

import type { RunProgram } from "@hosterizer/postgres/backup/clientProgram";
import { readCustomerHead } from "@hosterizer/postgres/backup/customer/customerFile";
import { type DumpContents, readDump } from "@hosterizer/postgres/backup/dumpContents";
import {
  closeUnchecked,
  type RestoreTarget,
  whileOpen,
} from "@hosterizer/postgres/backup/newDatabase";
import { restore as load } from "@hosterizer/postgres/backup/restore";
import { closeDatabase, swapDatabases } from "@hosterizer/postgres/backup/swapDatabases";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { readMigrationState } from "@hosterizer/postgres/migrations/migrationState";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { up } from "../../commands/up";
import { interruptible } from "../../interruptible";
import type { Program } from "../../program";
import { withStackLock } from "../../stack/locks";
import { lateProgress, say } from "../../terminal";
import { withClientPrograms } from "../dump/clientPrograms";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { maintenanceConnection } from "../stack/maintenanceConnection";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { checkRestored } from "./checkRestored";
import {
  expectedRows,
  type LoadOptions,
  requireSameVersion,
  tellLeftOut,
  withSources,
} from "./dumpSources";

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
  for (const left of await closeUnchecked(target)) {
    say(`The database ${left} was left open by a restore that was killed. It is closed now.`);
  }
  const began = Date.now();
  const progress = lateProgress((table: string) => `loading ${table}`);
  const reach = { program, access, runProgram };
  const how = { jobs: availableParallelism(), onTable: progress, runProgram };
  const leftOut = await interruptible(
    (signal) =>
      withSources(file, contents, options, reach, (sources) =>
        load(sources, target, { ...how, signal }),
      ),
    "The new database was dropped again, and nothing else was changed.",
  );
  say(`Loaded into the database ${database} in ${humanDuration((Date.now() - began) / 1000)}.`);
  tellLeftOut(contents, leftOut, program);

  await interruptible(
    (signal) =>
      closedUnless(target, () =>
        // For the proof: its sessions are the application's.
        whileOpen(target, async () => {
          const rows = expectedRows(contents, options, program);
          await unlessAborted(signal, () =>
            checkRestored(program, { ...access, database }, rows, schemaOnly),
          );
          if (replace === undefined) {
            await closeDatabase(target.maintenance, database, program.migrator);
            return;
          }
          const swap = { name: access.database, successor: database, predecessor };
          await swapDatabases(target.maintenance, { ...swap, guardian: program.migrator }, signal);
          if (signal.aborted) say(`${String(signal.reason)} came too late: the swap had begun.`);
        }),
      ),
    `The database ${database} is kept, and only superusers may connect to it. ${access.database} was not changed.`,
  );
  if (replace === undefined) {
    say(
      `The database ${access.database} is as it was. ${database} is beside it, and only ${program.migrator} may connect to it.`,
    );
    return;
  }
  say(`${access.database} is the restored database now. The one before is kept as ${predecessor}.`);
}

/** Runs something in which applications may connect to a database, and closes the database if that fails. */
async function closedUnless(
  { maintenance, database }: RestoreTarget,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    await closeDatabase(maintenance, database).catch((second: unknown) => {
      throw new UserError(
        `${messageOf(error)}\nThe database ${database} could not be closed after that: ${messageOf(second)}`,
        "If it exists, drop it, or revoke connect on it from every role: applications may connect to it.",
        { cause: error },
      );
    });
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs something that only reads. What still runs after the signal fails when the database is closed. */
async function unlessAborted(signal: AbortSignal, read: () => Promise<void>): Promise<void> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(new Error(`Interrupted by ${String(signal.reason)}.`));
    };
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([read(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
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
