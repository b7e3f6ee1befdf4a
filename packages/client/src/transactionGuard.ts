import type { BorrowedConnection } from "./borrowedConnection";
import { refuse } from "./nodePostgres";
import { transactionControl } from "./transactionControl";
import {
  type CommitOutcome,
  StatementRefused,
  TransactionEnded,
  TransactionLost,
} from "./transactionErrors";

/** Checks all statements that `run` sends, and detects in the server's answers that the transaction has ended. */
export class TransactionGuard {
  /** Set if `run` has ended the transaction. The connection is then closed, so that no statement follows. */
  lost: TransactionLost | undefined;
  private isClosed = false;
  /** For each unfinished query, how many more ROLLBACK answers are expected. The server answers ROLLBACK for a savepoint too. */
  private readonly expectedRollbacks: number[] = [];
  /** Texts of the named statements. Later uses of the name may omit the text. */
  private readonly textByName = new Map<unknown, string>();
  private readonly whenClosed: (() => void)[] = [];

  constructor(private readonly borrowed: BorrowedConnection) {
    // These listeners must run before node-postgres settles the query and sends the next one.
    borrowed.connection.prependListener("commandComplete", this.watchCommand);
    borrowed.connection.prependListener("readyForQuery", this.watchStatus);
    this.onClose(() => {
      borrowed.connection.off("commandComplete", this.watchCommand);
      borrowed.connection.off("readyForQuery", this.watchStatus);
    });
  }

  /** Accepts all forms of node-postgres' query(). */
  query(...args: readonly unknown[]): unknown {
    const refusal = this.endedError() ?? this.checkStatement(args[0]);
    if (refusal !== undefined) return refuse(refusal, ...args);
    const answer = (this.borrowed.query as (...args: readonly unknown[]) => unknown)(...args);
    // If the caller drops the promise, the failure still loses the transaction. It must not also end the process.
    if (answer instanceof Promise) answer.catch(() => undefined);
    return answer;
  }

  /** Makes all later queries fail. */
  close(): void {
    this.isClosed = true;
    for (const stop of this.whenClosed) stop();
  }

  onClose(stop: () => void): void {
    this.whenClosed.push(stop);
  }

  private endedError(): Error | undefined {
    if (!this.isClosed) return this.lost;
    return new TransactionEnded(
      "the transaction has ended: its client was used after `run` had settled. Await every query in `run`.",
    );
  }

  private checkStatement(argument: unknown): StatementRefused | undefined {
    const text = this.textOf(argument);
    if (text === undefined) {
      this.expectedRollbacks.push(0);
      return undefined;
    }
    const { refused, savepointRollbacks } = transactionControl(text);
    if (refused === undefined) {
      this.expectedRollbacks.push(savepointRollbacks);
      return undefined;
    }
    return new StatementRefused(
      `${refused} is not allowed in withTenantContext, which begins and ends the transaction itself. ` +
        "Return from `run` to commit, throw to roll back, and use SAVEPOINT for a part that may fail.",
    );
  }

  private textOf(argument: unknown): string | undefined {
    if (typeof argument === "string") return argument;
    const { text: own, name, cursor } = (argument ?? {}) as QueryArgument;
    const text = own ?? cursor?.text;
    if (typeof text !== "string") return this.textByName.get(name);
    if (name !== undefined) this.textByName.set(name, text);
    return text;
  }

  private readonly watchCommand = ({ text }: { text: string }) => {
    if (text === "COMMIT") {
      this.lose("partly committed", "a COMMIT in `run` has committed the statements before it");
    } else if (text === "PREPARE TRANSACTION") {
      this.lose(
        "unknown",
        "a PREPARE TRANSACTION in `run` left it for another session to commit or roll back",
      );
    } else if (text === "ROLLBACK" && !this.isSavepointRollback()) {
      this.lose(
        "unknown",
        "a ROLLBACK in `run` has undone the statements before it, and statements sent together with it may be committed",
      );
    }
  };

  private isSavepointRollback(): boolean {
    const left = this.expectedRollbacks[0] ?? 0;
    if (left > 0) this.expectedRollbacks[0] = left - 1;
    return left > 0;
  }

  private readonly watchStatus = ({ status }: { status: string }) => {
    // A failed query leaves expected rollbacks behind.
    this.expectedRollbacks.shift();
    if (status === "I") this.lose("unknown", "the server reports no open transaction");
  };

  private lose(work: CommitOutcome, reason: string): void {
    if (this.lost !== undefined) return;
    this.lost = new TransactionLost(`the transaction has ended early: ${reason}.`, work);
    this.borrowed.connection.stream.destroy();
  }
}

/** The properties of query()'s first argument that hold or name its text. */
interface QueryArgument {
  text?: unknown;
  name?: unknown;
  /** Set for a stream. */
  cursor?: { text?: unknown };
}
