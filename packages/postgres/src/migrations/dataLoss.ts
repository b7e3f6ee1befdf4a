import { DeclarationError } from "../userError";

/** Data that a migration's down file removes and that no up file brings back. */
export interface Loss {
  /**
   * - `table`: it is dropped with its rows.
   * - `column`: it is dropped with its values.
   * - `emptied`: the table stays, all of its rows go.
   * - `deleted`: the table stays, some of its rows go.
   */
  kind: "table" | "column" | "emptied" | "deleted";
  schema: string;
  table: string;
  /** Of kind `column` only. */
  column?: string;
}

/** A loss with the number of rows, or of values that are not null. */
export type CountedLoss = Loss & { count: number };

/** The losses of one migration's down file. */
export interface MigrationLosses {
  /** Its name. */
  name: string;
  losses: readonly CountedLoss[];
}

/** How many rows or values each loss may take, by the names that `lossKey` gives. */
export type AcknowledgedLoss = Readonly<Record<string, number>>;

/**
 * Every loss that is not acknowledged with its exact count. Losing nothing needs no acknowledgement.
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
    totals.set(lossKey(loss), (totals.get(lossKey(loss)) ?? 0) + loss.count);
  }
  return [...totals].flatMap(([key, total]) => {
    const known = Object.hasOwn(acknowledged, key) ? acknowledged[key] : undefined;
    if (total === 0 || known === total) return [];
    const losses = all.filter(({ loss }) => lossKey(loss) === key && loss.count > 0);
    const fault = losses.map(({ loss }) => describeLoss(loss)).join(", ");
    const but = known === undefined ? "which is not acknowledged" : `but ${known} are acknowledged`;
    const places = [...new Set(losses.map(({ name }) => `${name}.down.sql`))].join(", ");
    const remedy = `To accept this loss: pulumi config set --path 'hosterizer-database:acknowledgedLoss["${key}"]' ${total}`;
    return [new DeclarationError(places, `${fault}, ${but}`, remedy)];
  });
}

/** The key that acknowledges a loss: `public.sites`, or `public.sites.note` for a column. */
function lossKey({ schema, table, column }: Loss): string {
  return [schema, table, ...(column === undefined ? [] : [column])].join(".");
}

/** A loss for people. Without a count it is not known yet. */
export function describeLoss(loss: Loss & { count?: number | undefined }): string {
  const key = lossKey(loss);
  const { count } = loss;
  const rows = count === undefined ? "rows" : `${count} ${count === 1 ? "row" : "rows"}`;
  const values = count === undefined ? "values" : `${count} ${count === 1 ? "value" : "values"}`;
  switch (loss.kind) {
    case "table":
      return `drops table ${key} with ${rows}`;
    case "column":
      return `drops column ${key} with ${values}`;
    case "emptied":
      return `empties table ${key} of ${rows}`;
    case "deleted":
      return `deletes ${rows} of table ${key}`;
  }
}
