import { setTimeout as sleep } from "node:timers/promises";

import { type ClientBase, type Pool, Query } from "pg";

import { BorrowedConnection } from "./borrowedConnection";
import { DatabasePool } from "./createPool";
import { hasQueriesUnderWay } from "./nodePostgres";
import { type ContextKey, signContext } from "./signContext";
import {
  contextCalls,
  contextStatements,
  type ContextVariables,
  contextVariables,
  own,
  type TenantContext,
  TenantContextError,
} from "./tenantContext";
import { TransactionClient } from "./transactionClient";
import { TransactionLost } from "./transactionErrors";
import { TransactionGuard } from "./transactionGuard";
import {
  beginStatement,
  retriesOf,
  settingCalls,
  type TransactionOptions,
} from "./transactionOptions";

/**
 * Runs `run` in one transaction that sees the rows of one tenant, as the guide's WithTenantContext does. What it returns is
 * returned after the commit; what it throws, after a rollback.
 *
 * The context is set in the round trip of BEGIN and ends with the transaction. In the round trip of COMMIT everything of the
 * session is taken back, so that nothing of it reaches the connection's next user; where that fails, or a query of `run` is
 * still under way, the connection is closed instead. It is safe behind a pooler in transaction mode.
 *
 * @throws TenantContextError before anything is sent; TransactionLost if the transaction did not end as `run` did, see
 *   `work` there; what `run` throws, and node-postgres' errors, as they are.
 */
export async function withTenantContext<T>(
  pool: Pool,
  context: TenantContext,
  run: (client: TransactionClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { retries, contextKey, ...beginning } = beginningOf(pool, context, options);
  const begin = (borrowed: BorrowedConnection) => beginAs(borrowed, beginning, contextKey);
  for (let attempt = 0; ; attempt++) {
    try {
      return await transact(pool, begin, run);
    } catch (error) {
      if (attempt >= retries || !lostToAnother(error)) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

interface Beginning {
  begin: string;
  variables: ContextVariables;
  /** Of a select list. */
  calls: readonly string[];
}

/** @throws TenantContextError with everything that is wrong */
function beginningOf(pool: Pool, context: TenantContext, options: TransactionOptions) {
  const faults: string[] = [];
  const read = <Value>(reader: () => Value): Value | undefined => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof TenantContextError)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const variables = read(() => contextVariables(context));
  const begin = read(() => beginStatement(options));
  const retries = read(() => retriesOf(options));
  const calls = read(() => settingCalls(own(options, "settings") ?? {}));
  const incomplete = variables === undefined || begin === undefined || calls === undefined;
  if (incomplete || retries === undefined) throw new TenantContextError(faults.join("\n"));
  const contextKey = own(options, "contextKey") ?? keyOf(pool);
  return { variables, begin, retries, calls, contextKey };
}

function keyOf(pool: Pool): ContextKey | undefined {
  return pool instanceof DatabasePool ? pool.contextKey : undefined;
}

/** How long after it is made a token still begins a transaction, in milliseconds: as far apart as two clocks may be. */
const tokenLifetime = 60_000;

async function beginAs(
  borrowed: BorrowedConnection,
  { begin, variables, calls }: Beginning,
  key: ContextKey | undefined,
): Promise<void> {
  if (key === undefined) {
    const select = calls.length === 0 ? [] : [`select ${calls.join(", ")}`];
    await borrowed.query([begin, ...contextStatements(variables), ...select].join("; "));
    return;
  }
  const token = "pg_catalog.set_config('app.context', $1, true)";
  const expires = new Date(Date.now() + tokenLifetime);
  await beginWithContext(borrowed, begin, {
    statement: `select ${[...contextCalls(variables), ...calls, token].join(", ")}`,
    token: signContext({ ...variables, expires }, key),
  });
}

async function transact<T>(
  pool: Pool,
  begin: (borrowed: BorrowedConnection) => Promise<void>,
  run: (client: TransactionClient) => Promise<T>,
): Promise<T> {
  const borrowed = await BorrowedConnection.from(pool);
  try {
    await begin(borrowed);
  } catch (error) {
    await rollBack(borrowed);
    throw error;
  }
  const guard = new TransactionGuard(borrowed);
  let result: T;
  try {
    result = await run(new TransactionClient(borrowed.client, guard));
  } catch (error) {
    guard.close();
    if (guard.lost === undefined) await rollBack(borrowed);
    else borrowed.destroy();
    throw withWhatIsLost(error, guard.lost);
  }
  guard.close();
  if (guard.lost !== undefined) {
    borrowed.destroy();
    throw guard.lost;
  }
  await commit(borrowed);
  return result;
}

/** What `run` threw says that all is undone; where that is not so, the caller must know. */
function withWhatIsLost(error: unknown, lost: TransactionLost | undefined): unknown {
  if (lost === undefined || error === lost || lost.work === "nothing committed") return error;
  return new TransactionLost(lost.message, lost.work, { cause: error });
}

/** @throws TransactionLost if nothing was committed, or nobody knows; what made COMMIT fail, as it is */
async function commit(borrowed: BorrowedConnection): Promise<void> {
  if (hasQueriesUnderWay(borrowed.client)) {
    borrowed.destroy();
    throw new TransactionLost(
      "`run` returned while a query was under way, or a cursor open: nothing was committed. Await every query in `run`.",
      "nothing committed",
    );
  }
  const { command, error } = await borrowed.end("commit");
  if (command === undefined) {
    const failure = await failedCommit(borrowed, error);
    // A statement's failure was caught so lately that the server had not said yet that the transaction has failed.
    throw codeOf(failure) === inFailedTransaction ? caughtFailure() : failure;
  }
  // What was committed is committed, whatever came of the session afterwards.
  if (error === undefined) borrowed.giveBack();
  else borrowed.destroy();
  if (command === "COMMIT") return;
  // Of a transaction in which a statement failed COMMIT makes a ROLLBACK, and that is no error to the server.
  throw caughtFailure();
}

function caughtFailure(): TransactionLost {
  return new TransactionLost(
    "a statement failed and its error was caught: nothing of the transaction was committed. " +
      "Use SAVEPOINT for a part that may fail.",
    "nothing committed",
  );
}

const inFailedTransaction = "25P02";

/** A server that still answers has refused to commit; one that does not may have committed. */
async function failedCommit(
  borrowed: BorrowedConnection,
  cause: Error | undefined,
): Promise<unknown> {
  if ((await rollBack(borrowed)) && !isCut(cause)) return cause;
  return new TransactionLost(
    "the connection broke during COMMIT: whether the transaction was committed is unknown. Read what it wrote before you repeat it.",
    "unknown",
    { cause },
  );
}

/** @returns whether the server answered */
async function rollBack(borrowed: BorrowedConnection): Promise<boolean> {
  if (hasQueriesUnderWay(borrowed.client)) {
    borrowed.destroy();
    return false;
  }
  const { command, error } = await borrowed.end("rollback");
  if (error === undefined) borrowed.giveBack();
  else borrowed.destroy();
  return command !== undefined;
}

/** A proxy may keep its client when it has lost the server: class 08, connection exception, and what ends a session. */
function isCut(error: unknown): boolean {
  return /^(?:08|57P0)/.test(codeOf(error));
}

/** serialization_failure and deadlock_detected, https://www.postgresql.org/docs/15/mvcc-serialization-failure-handling.html. */
function lostToAnother(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The part of node-postgres' connection that sends messages of the extended protocol. */
interface Messages {
  parse(statement: { text: string }): void;
  bind(portal: object): void;
  execute(portal: object): void;
}

interface ExtendedQuery {
  prepare(connection: Messages): void;
}

const ExtendedQuery = Query as unknown as new (
  settings: { text: string; values: string[] },
  callback: (error: Error | null) => void,
) => ExtendedQuery;

/**
 * A statement that BEGIN goes before, in one round trip.
 *
 * Its value is a parameter, and so not in pg_stat_activity, where the application's other sessions could read it.
 * https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
class AfterBegin extends ExtendedQuery {
  constructor(
    private readonly begin: string,
    statement: { text: string; values: string[] },
    callback: (error: Error | null) => void,
  ) {
    super(statement, callback);
  }

  override prepare(connection: Messages): void {
    connection.parse({ text: this.begin });
    connection.bind({});
    connection.execute({});
    super.prepare(connection);
  }
}

/** Begins a transaction that has a value in app.context until it ends. */
function beginWithContext(
  { query }: { query: ClientBase["query"] },
  begin: string,
  context: { statement: string; token: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const statement = { text: context.statement, values: [context.token] };
    const beginning = new AfterBegin(begin, statement, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
    void query(beginning as unknown as Parameters<ClientBase["query"]>[0]);
  });
}
