/** SQL injected into a statement of the application: it runs as `app_user`, in customer 1's context. */
export interface Attack {
  /** What the attacker wants. */
  aim: string;
  sql: string;
  /** The required result: a SQLSTATE, only customer 1's own rows, or an attack that nothing in this mode stops. */
  gets: { refusal: string } | "own" | Open;
  /** Whether it runs in a transaction that is rolled back. Default true. */
  transaction?: boolean;
  /**
   * What runs for customer 1 in the same session, after the client has handed it over. `sql` then runs for the other customer
   * and commits; the required result is that of both, and what `sql` shows does not count.
   */
  then?: string;
  /** What the owner has created for it before, followed by an update. */
  planted?: string;
}

/** An attack that session variables, or PostgreSQL itself, do not stop, and what does. */
export interface Open {
  /** Why, and what to do instead. */
  open: string;
  /** SQLSTATE of the error that reveals it. Default: no error. */
  code?: string;
  /** Whether the result names another tenant, or contains part of its rows. Default false. */
  shows?: true;
  /** The result where administrators have a role of their own, which stops it. */
  inRoleMode?: { refusal: string } | "own";
  /** The result where contexts are signed, which stops it. Without it, PostgreSQL itself allows the attack. */
  signed?: { refusal: string } | "own";
}
