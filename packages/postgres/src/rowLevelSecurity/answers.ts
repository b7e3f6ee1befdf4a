/** What a function of the context returns, as expressions of PL/pgSQL. */
export interface Answers {
  administrator: string;
  /** Given the expression of its id, a bigint. */
  customer: (id: string) => string;
  nobody: string;
}
