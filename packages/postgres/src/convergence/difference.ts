/** What `up` does about a difference. */
export type Repair =
  /** Puts it right; no row is touched. */
  | "automatic"
  /** Fails because of it, before it changes anything: it holds data, so somebody has to decide. */
  | "refused"
  /** Leaves it: it belongs to somebody else, and is only reported. */
  | "none";

/** One way in which the live database has left the declaration, in the words of PostgreSQL. */
export interface Difference {
  /** Its entry in docs/drift.md, such as `policy added`. */
  kind: string;
  /** As PostgreSQL names it, kind of object first: `column public.sites.region`. */
  object: string;
  /** What is declared; null: nothing. */
  expected: string | null;
  /** What is there; null: nothing. */
  actual: string | null;
  repair: Repair;
  /** What follows from it, where that is not plain: `its owner sees every row`. */
  reason?: string;
}

/** A difference, and the SQL that ends it where the repair is automatic. */
export interface Finding extends Difference {
  /** Statements, separated by semicolons. */
  sql?: string;
  /** Parameters of the one statement that `sql` is then. */
  values?: readonly string[];
}
