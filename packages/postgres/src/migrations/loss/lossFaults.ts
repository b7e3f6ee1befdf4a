import { DeclarationError } from "../../declarationError";
import { type AcknowledgedLoss, type CountedLoss, describeLoss, keyOf } from "./loss";

/** The losses of one migration's down file. */
export interface MigrationLosses {
  /** Its name. */
  name: string;
  losses: readonly CountedLoss[];
}

/**
 * Every loss that nobody has acknowledged with its very count. What is empty needs nobody's word.
 *
 * Losses of the same name add up, as when one file deletes rows of a table and the next drops it.
 */
export function lossFaults(
  migrations: readonly MigrationLosses[],
  acknowledged: AcknowledgedLoss,
): DeclarationError[] {
  const all = migrations.flatMap(({ name, losses }) => losses.map((loss) => ({ name, loss })));
  const totals = new Map<string, number>();
  for (const { loss } of all) {
    totals.set(keyOf(loss), (totals.get(keyOf(loss)) ?? 0) + loss.count);
  }
  return [...totals]
    .filter(([key, total]) => total > 0 && acknowledgedOf(key, acknowledged) !== total)
    .map(([key, total]) => {
      const its = all.filter(({ loss }) => keyOf(loss) === key && loss.count > 0);
      const fault = its.map(({ loss }) => describeLoss(loss)).join(", ");
      const known = acknowledgedOf(key, acknowledged);
      const yet = known === undefined ? "nobody has acknowledged it" : `${known} are acknowledged`;
      const places = [...new Set(its.map(({ name }) => `${name}.down.sql`))].join(", ");
      const remedy = `If that may go: pulumi config set --path 'hosterizer-database:acknowledgedLoss["${key}"]' ${total}`;
      return new DeclarationError(places, `${fault}, and ${yet}`, remedy);
    });
}

function acknowledgedOf(key: string, acknowledged: AcknowledgedLoss): number | undefined {
  return Object.hasOwn(acknowledged, key) ? acknowledged[key] : undefined;
}
