import { DeclarationError, DeclarationErrors } from "../declarationError";
import { ledgerFaults } from "./ledgerFaults";
import type { RunOptions } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { runMigrations } from "./runMigrations";
import { unrecordedFault, unrecordedRelations } from "./unrecordedRelations";
import { withMigrationRun } from "./withMigrationRun";

/** How far up to go. */
export interface MigrateOptions extends RunOptions {
  /** Number of the last migration to apply. Default: the last in the folder. */
  target?: number;
}

/**
 * Applies the pending migrations in order, each in a transaction of its own unless its first line opts out.
 *
 * Two runs at once are safe: one waits. So is a run that was killed: the next goes on where the ledger ends.
 *
 * @returns the names of those that it applied.
 * @throws DeclarationErrors if the folder has faults or contradicts the ledger, or if there are tables and no ledger, MigrationError if a file fails,
 *   RunnerLockError if another run doesn't end.
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
