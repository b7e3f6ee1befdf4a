/** Something that the down file of a migration takes away and that no up file brings back. */
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

/** A loss with the number of rows that go, or of values that are not null. */
export type CountedLoss = Loss & { count: number };

/** How many may go with what, by the names that `keyOf` gives. */
export type AcknowledgedLoss = Readonly<Record<string, number>>;

/** What a loss is acknowledged by: `public.sites`, or `public.sites.note` for a column. */
export function keyOf({ schema, table, column }: Loss): string {
  return [schema, table, ...(column === undefined ? [] : [column])].join(".");
}

/** A loss for people. Without a count nobody knows it beforehand. */
export function describeLoss(loss: Loss & { count?: number | undefined }): string {
  const key = keyOf(loss);
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
