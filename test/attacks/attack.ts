/** SQL that somebody gets into a statement of the application: it runs as `app_user`, in customer 1's context. */
export interface Attack {
  /** What it is after. */
  aim: string;
  sql: string;
  /** What it must get: a SQLSTATE, customer 1's own and nothing else, or what nothing in this mode stops. */
  gets: { refusal: string } | "own" | Open;
  /** In a transaction, which is undone afterwards, unless it needs none. Default true. */
  transaction?: boolean;
}

/** What a contract of session variables, or PostgreSQL, does not stop, and what else does. */
export interface Open {
  /** Why, and what to do instead. */
  open: string;
  /** SQLSTATE of the error that tells it. Default: there is no error. */
  code?: string;
  /** Whether what it shows names another tenant, or holds something of its rows. Default false. */
  shows?: true;
  /** Where administrators come from a role of their own it is stopped: what it gets there. */
  inRoleMode?: { refusal: string } | "own";
  /** Where contexts are signed it is stopped: what it gets there. What has none is PostgreSQL's own doing. */
  signed?: { refusal: string } | "own";
}
