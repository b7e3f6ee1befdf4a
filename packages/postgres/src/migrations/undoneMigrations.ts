import { DeclarationErrors } from "../declarationError";
import type { AppliedMigration } from "./ledger";
import { type LedgerFault, ledgerFaults } from "./ledgerFaults";
import type { Migration } from "./migration";
import { numberOf } from "./numberOf";

// What is undone by files that aren't there.
const gone = new Set<LedgerFault["kind"]>(["missing", "renamed"]);

/**
 * The migrations that are undone to get down to a number, the last one first.
 *
 * @throws DeclarationErrors for those of which the folder lacks the files. An edited one is no fault: a down file that failed is
 *   mended and run again.
 */
export function undoneMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  target: number,
): Migration[] {
  const undone = new Set(applied.map(({ name }) => name).filter((name) => numberOf(name) > target));
  const missing = ledgerFaults(migrations, applied)
    .filter(({ kind, name }) => gone.has(kind) && undone.has(name))
    .map(({ error }) => error);
  if (missing.length > 0) throw new DeclarationErrors(missing);
  return migrations.filter(({ name }) => undone.has(name)).reverse();
}
