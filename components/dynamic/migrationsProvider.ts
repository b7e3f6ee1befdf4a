import { afterEachMigration } from "@hosterizer/postgres/audit/newObjects";
import { DeclarationError, DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { holdsRows } from "@hosterizer/postgres/migrations/holdsRows";
import { migrateTo } from "@hosterizer/postgres/migrations/migrate";
import type { Migration } from "@hosterizer/postgres/migrations/migration";
import { MigrationError } from "@hosterizer/postgres/migrations/migrationError";
import { migrationPlan, requireTarget } from "@hosterizer/postgres/migrations/migrationPlan";
import {
  type MigrationsFolder,
  readMigrationsFolder,
  validMigrations,
} from "@hosterizer/postgres/migrations/migrationsFolder";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgeMigration";
import { readRowEstimates } from "@hosterizer/postgres/migrations/safety/statementLocks";
import { schemaVersion } from "@hosterizer/postgres/migrations/migrationState";
import { recordStatements } from "@hosterizer/postgres/schema/record/schemaRecord";
import { driftLines, hasUnknown, inspect, isInState } from "./drift";
import type { MigrationsInputs } from "./migrations";
import { makeProvider, refuse } from "./provider";
import { refuseAfterLockdown } from "./refusalOrder";

/** `version`: number of the migration that the update leads to. */
type Inputs = MigrationsInputs & { version: number };

const ledger = "hosterizer.schema_migrations";

export const provider = makeProvider<MigrationsInputs, Inputs>({
  id: () => ledger,
  compared: ({ owner }) => owner,
  /**
   * Adds `version`, and `pending`: the migrations to be applied, or to be undone with the loss of data, and what is unsafe about
   * them.
   *
   * Where the folder contradicts what is applied, that is drift of the recorded schema, not a failure here.
   */
  check: async (olds, news) => {
    try {
      const isReadable = isInState(olds) && !hasUnknown(news);
      const folder = await readMigrationsFolder(news.directory);
      const migrations = validMigrations(folder, isReadable ? Infinity : 0);
      const version = news.target ?? migrations.at(-1)?.number ?? 0;
      requireTarget(version, migrations);
      const wanted = migrations.filter(({ number }) => number <= version);
      const pending = isReadable
        ? await readPending(news, folder, wanted)
        : wanted.map(({ name }) => name);
      return { inputs: { ...news, version, pending } };
    } catch (error) {
      if (!(error instanceof DeclarationErrors)) throw error;
      return refuse([error.message]);
    }
  },
  apply: async (inputs) => {
    await migrate(inputs);
    return inputs;
  },
});

async function readPending(
  inputs: MigrationsInputs,
  folder: MigrationsFolder,
  wanted: readonly Migration[],
): Promise<string[]> {
  const { target, acknowledgedLoss } = inputs;
  let pending: string[] = [];
  let unsafe: string[] = [];
  let refused: string[] = [];
  const unreadable = await inspect("the migrations' ledger", async () => {
    pending = await migrationPlan(inputs, { target, acknowledgedLoss }, folder);
    const applied = wanted.filter(({ name }) => pending.includes(name));
    refused = await refuseAfterLockdown(() => requireDrill(inputs, applied));
    unsafe = await judge(inputs, applied);
    return [];
  });
  return [...driftLines(unreadable), ...pending, ...unsafe, ...refused];
}

/**
 * What is unsafe about pending migrations, by the present sizes of the tables, a line each. In a new database nothing is,
 * because no application uses it yet.
 *
 * @throws DeclarationErrors where that is refused
 */
async function judge(
  { connection, releasedVersion, unsafe }: MigrationsInputs,
  pending: readonly Migration[],
): Promise<string[]> {
  const judged = pending.filter(({ number }) => number > releasedVersion);
  if (judged.length === 0) return [];
  const findings = await judgePending(judged, await readRowEstimates(connection));
  if (findings.length > 0 && unsafe === "refused")
    throw new DeclarationErrors(findings.map(safetyFault));
  return findings.map(
    ({ file, line, rule, fault }) => `unsafe: ${file}:${line}: ${fault} (${rule})`,
  );
}

/**
 * Undoing one is never refused: in an emergency a rollback has to work.
 *
 * @throws DeclarationErrors if migrations are to be applied to a database with data that no drill has restored recently
 */
async function requireDrill(
  { connection, schemas, undrilled }: MigrationsInputs,
  applied: readonly Migration[],
): Promise<void> {
  if (undrilled === undefined || applied.length === 0) return;
  if (!(await holdsRows(connection, schemas))) return;
  const names = applied.map(({ name }) => name).join(", ");
  if (undrilled.isTolerated === true) {
    console.log(`${names}: applied because the server has just been started: ${undrilled.fault}`);
    return;
  }
  throw new DeclarationErrors([new DeclarationError(names, undrilled.fault, undrilled.remedy)]);
}

/** The migrations that an update is about to apply. */
async function unapplied(inputs: Inputs): Promise<Migration[]> {
  const folder = await readMigrationsFolder(inputs.directory);
  const { target, acknowledgedLoss } = inputs;
  const pending = await migrationPlan(inputs, { target, acknowledgedLoss }, folder);
  return validMigrations(folder, Infinity).filter(({ name }) => pending.includes(name));
}

/** Whether an error is told without a stack trace. */
function isForUser(error: unknown): error is Error {
  return (
    error instanceof MigrationError ||
    error instanceof DeclarationErrors ||
    error instanceof UserError
  );
}

async function migrate(declared: Inputs): Promise<void> {
  const { lockTimeout, ...inputs } = declared;
  const log = (line: string) => {
    console.log(line);
  };
  try {
    // Not refused by the preview: it closes something first, or could not ask a server whose logins this update has only made.
    if (inputs.undrilled !== undefined) await requireDrill(declared, await unapplied(declared));
    const afterEach = afterEachMigration(inputs);
    const recordSchema = recordStatements;
    await migrateTo({ ...inputs, afterEach, recordSchema, lockTimeoutMs: lockTimeout, log });
  } catch (error) {
    if (!isForUser(error)) throw error;
    // The files before a failed one stay applied. With these properties Pulumi keeps the resource in the state, and the next update
    // resumes.
    const reasons = [error.message];
    const version = await schemaVersion(inputs.connection, inputs.owner).catch(() => undefined);
    const properties = { ...inputs, lockTimeout, version };
    throw Object.assign(new Error("the migrations did not finish"), {
      id: ledger,
      properties,
      reasons,
    });
  }
}
