/** What is known about the work of a transaction that was lost. */
export type LostWork = "nothing committed" | "partly committed" | "unknown";

/**
 * The transaction is not what `run` took it for: it was ended from within, a failed statement was taken for success, or the
 * connection broke during COMMIT. `cause` has the error behind it, if there is one. It is never retried.
 */
export class TransactionLost extends Error {
  override readonly name = "TransactionLost";

  constructor(
    message: string,
    /** Whether any of the work is in the database. */
    readonly work: LostWork,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A client was used after its transaction had ended. Nothing was sent. */
export class TransactionEnded extends Error {
  override readonly name = "TransactionEnded";
}

/** `run` asked for what would end its transaction, or change the connection for others. Nothing was sent. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
}
