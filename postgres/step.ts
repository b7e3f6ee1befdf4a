/** One change to the server, and why it is needed. */
export interface Step {
  /** In the words of PostgreSQL; preview shows it as a line of drift. */
  reason: string;
  sql: string;
}
