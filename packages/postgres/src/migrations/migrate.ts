import type { Client } from "pg";

import { withClient } from "../connection/connection";
import { DeclarationError, DeclarationErrors } from "../userError";
import { type AcknowledgedLoss, type CountedLoss, lossFaults } from "./dataLoss";
import { nonTransactionalLossFaults } from "./downEffects";
import { estimateDataLoss } from "./estimateDataLoss";
import { type AppliedMigration, createLedger, readLedger } from "./ledger";
import { ledgerFaults, undoneMigrations } from "./ledgerFaults";
import { type Migration, numberOf } from "./migration";
import type { Destination } from "./migrationPlan";
import { readMigrations } from "./migrationsFolder";
import { schemaVersion } from "./migrationState";
import { retryWhileLocked, runMigrations } from "./runMigrations";
import { withRunnerLock } from "./runnerLock";
import { prepareSession, type RunOptions, type RunSettings } from "./runSettings";
import { unrecordedFault, unrecordedRelations } from "./unrecordedRelations";

/** How far up to go. */
interface MigrateOptions extends RunOptions {
  /** Number of the last migration to apply. Default: the last in the folder. */
  target?: number;
}

/** How far down to go. */
export interface RollbackOptions extends RunOptions {
  /** Number of the migration that is the last one applied afterwards; 0 undoes all of them. */
  target: number;
  /** How many rows each loss may take. Default: none. */
  acknowledgedLoss?: AcknowledgedLoss;
}

/**
 * Applies pending migrations up to the target, or undoes applied ones after it.
 *
 * @returns the names of the migrations, in the order in which they ran.
 * @throws as migrate and rollback do.
 */
export async function migrateTo({
  target,
  acknowledgedLoss,
  ...options
}: RunOptions & Destination): Promise<string[]> {
  if (target === undefined) return migrate(options);
  const version = await schemaVersion(options.connection, options.owner);
  if (target >= version) return migrate({ ...options, target });
  return rollback({ ...options, target, acknowledgedLoss });
}

/**
 * Applies the pending migrations in order, each in its own transaction unless its first line opts out.
 *
 * Two runs at once are safe: one waits. After a killed run, the next one resumes where the ledger ends.
 *
 * @returns the names of those that it applied.
 * @throws DeclarationErrors if the folder has faults or contradicts the ledger, or if there are tables but no ledger;
 *   MigrationError if a file fails; RunnerLockError if another run does not end.
 */
export async function migrate({ target, ...options }: MigrateOptions): Promise<string[]> {
  return withMigrationRun(options, async ({ client, migrations, applied, settings }) => {
    const faults = ledgerFaults(migrations, applied);
    if (faults.length > 0) throw new DeclarationErrors(faults.map(({ error }) => error));

    const version = numberOf(applied.at(-1)?.name);
    const last = migrations.at(-1)?.number ?? 0;
    const wanted = target ?? last;
    if (wanted < version || wanted > last) {
      const fault = `the database is at ${version} and the folder ends at ${last}`;
      const remedy = "Name one of the migrations in the folder; to go down, roll back";
      throw new DeclarationError(`migration target ${wanted}`, fault, remedy);
    }

    const pending = migrations.filter(({ number }) => number > version && number <= wanted);
    const unrecorded = await unrecordedRelations(client, applied, settings.schemas);
    const { directory, connection } = options;
    if (pending.length > 0 && unrecorded.length > 0)
      throw new DeclarationErrors([unrecordedFault(connection.database, unrecorded)]);
    if (pending.length > 0) {
      await runMigrations(client, { direction: "up", migrations: pending, directory }, settings);
    }
    return pending.map(({ name }) => name);
  });
}

/**
 * Undoes migrations in reverse order with their down files, as they are in the folder now.
 *
 * The data that they remove is counted before the first one runs, and its loss has to be acknowledged. A file fails if the count
 * has changed by the time it runs.
 *
 * @returns the names of those that it undid.
 * @throws as migrate does, and DeclarationErrors for rows whose loss is not acknowledged.
 */
export async function rollback({
  target,
  acknowledgedLoss = {},
  ...options
}: RollbackOptions): Promise<string[]> {
  return withMigrationRun(options, async ({ client, migrations, applied, settings }) => {
    const undone = undoneMigrations(migrations, applied, target);
    const version = numberOf(applied.at(-1)?.name);
    if (target < 0 || target > version) {
      const fault = `the database is at ${version}, and a rollback goes down`;
      const remedy = `Name a number from 0 to ${version}`;
      throw new DeclarationError(`rollback target ${target}`, fault, remedy);
    }

    const losses = new Map<string, readonly CountedLoss[]>();
    await retryWhileLocked(settings, async () => {
      const estimated = await estimateDataLoss(client, undone, settings);
      const faults = [
        ...(await nonTransactionalLossFaults(undone)),
        ...lossFaults(estimated, acknowledgedLoss),
      ];
      if (faults.length > 0) throw new DeclarationErrors(faults);
      for (const { name, losses: lost } of estimated) losses.set(name, lost);
    });
    const { directory } = options;
    const plan = { direction: "down", migrations: undone, directory, losses } as const;
    await runMigrations(client, plan, settings);
    return undone.map(({ name }) => name);
  });
}

/** What a run works with. */
interface MigrationRun {
  client: Client;
  migrations: Migration[];
  applied: AppliedMigration[];
  settings: RunSettings;
}

/**
 * Reads the folder, waits for other runs to end, and gives `run` a session as the owner and the ledger.
 *
 * @throws DeclarationErrors before it connects, if the folder has faults; RunnerLockError if another run does not end.
 */
async function withMigrationRun<T>(
  options: RunOptions,
  run: (context: MigrationRun) => Promise<T>,
): Promise<T> {
  const { connection, directory, runnerWaitMs = 600_000 } = options;
  const settings = runSettings(options);
  const migrations = await readMigrations(directory);

  return withClient(connection, "migrate", async (client) => {
    client.on("notice", ({ severity, message }) => {
      settings.log(`${severity ?? "NOTICE"}: ${message ?? ""}`);
    });
    return withRunnerLock(client, { waitMs: runnerWaitMs, log: settings.log }, async () => {
      await prepareSession(client, settings);
      await createLedger(client);
      const applied = await readLedger(client);
      // Reading the ledger resets the search path.
      await prepareSession(client, settings);
      return run({ client, migrations, applied, settings });
    });
  });
}

function runSettings(options: RunOptions): RunSettings {
  const {
    owner,
    afterEach,
    recordSchema,
    schemas = ["public"],
    lockTimeoutMs = 500,
    lockAttempts = 10,
    log = () => undefined,
  } = options;
  const settings = { owner, schemas, recordSchema, lockTimeoutMs, lockAttempts, log };
  return afterEach === undefined ? settings : { ...settings, afterEach };
}
