/** What is known about the work of a transaction that was lost. */
export type CommitOutcome = "nothing committed" | "partly committed" | "unknown";

/**
 * The transaction did not end as `run` expected: `run` ended it itself or ignored a failed statement, or the connection broke
 * during COMMIT. `cause` holds the underlying error, if there is one. Such a transaction is never retried.
 */
export class TransactionLost extends Error {
  override readonly name = "TransactionLost";

  constructor(
    message: string,
    /** Whether the database contains any of the work. */
    readonly work: CommitOutcome,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A client was used after its transaction had ended. Nothing was sent. */
export class TransactionEnded extends Error {
  override readonly name = "TransactionEnded";
}

/** `run` asked for something that would end its transaction or change the connection for others. Nothing was sent. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
}
