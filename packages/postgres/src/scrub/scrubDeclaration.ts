/** The file that declares what a copy of the data keeps, for messages. */
export const scrubFile = "database/scrub.ts";

/** A value of JSON. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * What becomes of the values of a column. What is NULL stays NULL.
 *
 * - `keep`: nothing. Say why in a comment.
 * - `value`: the same for all rows. Of a column of JSON any value of JSON; null empties the column.
 * - `fake`: a text of its own for each row. `{key}` stands for the row's primary key, whose columns are joined by `-`.
 * - `keys`: of an object in JSON, a rule for each key. Other keys are removed, and so is what is not an object.
 */
export type ScrubRule =
  | "keep"
  | { readonly value: Json }
  | { readonly fake: string }
  | { readonly keys: Readonly<Record<string, "keep" | { value: Json } | { fake: string }>> };

/** The rules of a table. Its partitions are included. */
export interface ScrubbedTable {
  schema: string;
  table: string;
  /** By column. A column that may hold text needs one; others may have one. */
  columns: Readonly<Record<string, ScrubRule>>;
}

/** What a copy for other eyes keeps of the database. */
export interface Scrub {
  tables: readonly ScrubbedTable[];
}
