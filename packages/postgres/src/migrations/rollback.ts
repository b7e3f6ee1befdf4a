import { DeclarationError, DeclarationErrors } from "../declarationError";
import { foreseeLosses } from "./loss/foreseeLosses";
import type { AcknowledgedLoss, CountedLoss } from "./loss/loss";
import { lossFaults } from "./loss/lossFaults";
import { unguardedFaults } from "./loss/unguardedFaults";
import type { RunOptions } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { retryWhileLocked } from "./retryWhileLocked";
import { runMigrations } from "./runMigrations";
import { undoneMigrations } from "./undoneMigrations";
import { withMigrationRun } from "./withMigrationRun";

/** How far down to go. */
export interface RollbackOptions extends RunOptions {
  /** Number of the migration that is the last one applied afterwards; 0 undoes them all. */
  target: number;
  /** How many rows may go with what. Default: none. */
  acknowledgedLoss?: AcknowledgedLoss;
}

/**
 * Undoes migrations in reverse order by their down files, as they are in the folder now.
 *
 * What they take away is counted before the first one runs, and has to be acknowledged; each file fails where it is another
 * number by then.
 *
 * @returns the names of those that it undid.
 * @throws as migrate does, and DeclarationErrors for rows that nobody has acknowledged.
 */
export async function rollback({
  target,
  acknowledgedLoss = {},
  ...options
}: RollbackOptions): Promise<string[]> {
  return withMigrationRun(options, async ({ client, migrations, applied, settings }) => {
    const downwards = undoneMigrations(migrations, applied, target);
    const version = numberOf(applied.at(-1)?.name);
    if (target < 0 || target > version) {
      const fault = `the database is at ${version}, and a rollback goes down`;
      const remedy = `Name a number from 0 to ${version}`;
      throw new DeclarationError(`rollback target ${target}`, fault, remedy);
    }

    const losses = new Map<string, readonly CountedLoss[]>();
    await retryWhileLocked(settings, async () => {
      const foreseen = await foreseeLosses(client, downwards, settings);
      const faults = [
        ...(await unguardedFaults(downwards)),
        ...lossFaults(foreseen, acknowledgedLoss),
      ];
      if (faults.length > 0) throw new DeclarationErrors(faults);
      for (const { name, losses: lost } of foreseen) losses.set(name, lost);
    });
    const plan = { direction: "down", migrations: downwards, ...options, losses } as const;
    await runMigrations(client, plan, settings);
    return downwards.map(({ name }) => name);
  });
}
