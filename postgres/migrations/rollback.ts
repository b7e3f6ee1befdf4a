import { DeclarationError, DeclarationErrors } from "../declarationError";
import { type LedgerFault, ledgerFaults } from "./ledgerFaults";
import type { RunOptions } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { runMigrations } from "./runMigrations";
import { withMigrationRun } from "./withMigrationRun";

// What is undone by files that aren't there.
const gone = new Set<LedgerFault["kind"]>(["missing", "renamed"]);

/** How far down to go. */
export interface RollbackOptions extends RunOptions {
  /** Number of the migration that is the last one applied afterwards; 0 undoes them all. */
  target: number;
}

/**
 * Undoes migrations in reverse order by their down files, as they are in the folder now.
 *
 * A down file of a table drops the table with its data.
 *
 * @returns the names of those that it undid.
 * @throws as migrate does. An edited file is no fault here: a down file that failed is mended and run again.
 */
export async function rollback({ target, ...options }: RollbackOptions): Promise<string[]> {
  return withMigrationRun(options, async ({ client, migrations, applied, settings }) => {
    const undone = new Set(
      applied.map(({ name }) => name).filter((name) => numberOf(name) > target),
    );
    const missing = ledgerFaults(migrations, applied)
      .filter(({ kind, name }) => gone.has(kind) && undone.has(name))
      .map(({ error }) => error);
    if (missing.length > 0) throw new DeclarationErrors(missing);

    const version = numberOf(applied.at(-1)?.name);
    if (target < 0 || target > version) {
      const fault = `the database is at ${version}, and a rollback goes down`;
      const remedy = `Name a number from 0 to ${version}`;
      throw new DeclarationError(`rollback target ${target}`, fault, remedy);
    }

    const downwards = migrations.filter(({ name }) => undone.has(name)).reverse();
    const { directory } = options;
    await runMigrations(client, { direction: "down", migrations: downwards, directory }, settings);
    return downwards.map(({ name }) => name);
  });
}
