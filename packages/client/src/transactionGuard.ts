import type { BorrowedConnection } from "./borrowedConnection";
import { refuse } from "./nodePostgres";
import { transactionControl } from "./transactionControl";
import {
  type LostWork,
  StatementRefused,
  TransactionEnded,
  TransactionLost,
} from "./transactionErrors";

/** What node-postgres' query() takes, as far as it has a text. */
interface Asked {
  text?: unknown;
  name?: unknown;
  /** Of a stream. */
  cursor?: { text?: unknown };
}

/**
 * Stands between `run` and its connection: sends what belongs in a transaction, and notices when the transaction is not the
 * same any more.
 */
export class TransactionGuard {
  /** Set if the transaction has ended from within. Then its connection is cut, so that nothing follows. */
  lost: TransactionLost | undefined;
  private isClosed = false;
  /** How often the server may still say ROLLBACK, which it says for a savepoint too: for each query that has no end yet. */
  private readonly savepointRollbacks: number[] = [];
  /** Texts of the named statements, which later uses may leave out. */
  private readonly named = new Map<unknown, string>();
  private readonly whenClosed: (() => void)[] = [];

  constructor(private readonly borrowed: BorrowedConnection) {
    // Before node-postgres answers the query, and sends the next one.
    borrowed.connection.prependListener("commandComplete", this.watchCommand);
    borrowed.connection.prependListener("readyForQuery", this.watchStatus);
    this.onClose(() => {
      borrowed.connection.off("commandComplete", this.watchCommand);
      borrowed.connection.off("readyForQuery", this.watchStatus);
    });
  }

  /** node-postgres' query(), in all its forms. */
  query(...args: readonly unknown[]): unknown {
    const refusal = this.refusal() ?? this.judge(args[0]);
    if (refusal !== undefined) return refuse(refusal, ...args);
    const answer = (this.borrowed.query as (...args: readonly unknown[]) => unknown)(...args);
    // Dropped by its caller, a failure still shows: it loses the transaction. It must not end the process besides.
    if (answer instanceof Promise) answer.catch(() => undefined);
    return answer;
  }

  /** From now on nothing is sent. */
  close(): void {
    this.isClosed = true;
    for (const stop of this.whenClosed) stop();
  }

  onClose(stop: () => void): void {
    this.whenClosed.push(stop);
  }

  private refusal(): Error | undefined {
    if (!this.isClosed) return this.lost;
    return new TransactionEnded(
      "the transaction has ended: its client was used after `run` had settled. Await every query in `run`.",
    );
  }

  private judge(asked: unknown): StatementRefused | undefined {
    const text = this.textOf(asked);
    if (text === undefined) {
      this.savepointRollbacks.push(0);
      return undefined;
    }
    const { refused, savepointRollbacks } = transactionControl(text);
    if (refused === undefined) {
      this.savepointRollbacks.push(savepointRollbacks);
      return undefined;
    }
    return new StatementRefused(
      `${refused} in withTenantContext, which begins and ends the transaction itself. ` +
        "Return from `run` to commit, throw to roll back, and use SAVEPOINT for a part that may fail.",
    );
  }

  private textOf(asked: unknown): string | undefined {
    if (typeof asked === "string") return asked;
    const { text: own, name, cursor } = (asked ?? {}) as Asked;
    const text = own ?? cursor?.text;
    if (typeof text !== "string") return this.named.get(name);
    if (name !== undefined) this.named.set(name, text);
    return text;
  }

  private readonly watchCommand = ({ text }: { text: string }) => {
    if (text === "COMMIT") {
      this.lose("partly committed", "a COMMIT from within has committed what came before it");
    } else if (text === "PREPARE TRANSACTION") {
      this.lose("unknown", "it was prepared from within, for somebody else to commit or roll back");
    } else if (text === "ROLLBACK" && !this.isSavepoints()) {
      this.lose(
        "unknown",
        "a ROLLBACK from within has taken back what came before it, and what was sent along with it may be committed",
      );
    }
  };

  private isSavepoints(): boolean {
    const left = this.savepointRollbacks[0] ?? 0;
    if (left > 0) this.savepointRollbacks[0] = left - 1;
    return left > 0;
  }

  private readonly watchStatus = ({ status }: { status: string }) => {
    // A query that has failed has gone back to nothing.
    this.savepointRollbacks.shift();
    if (status === "I") this.lose("unknown", "the server says that it is in none");
  };

  private lose(work: LostWork, reason: string): void {
    if (this.lost !== undefined) return;
    this.lost = new TransactionLost(`the transaction has ended before its time: ${reason}.`, work);
    this.borrowed.connection.stream.destroy();
  }
}
