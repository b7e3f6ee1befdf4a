import { setTimeout as sleep } from "node:timers/promises";

import { type ClientBase, type Pool, Query } from "pg";

import { BorrowedConnection } from "./borrowedConnection";
import { DatabasePool } from "./createPool";
import { hasUnfinishedQueries } from "./nodePostgres";
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
 * Runs `run` in one transaction that sees the rows of one tenant, as the guide's WithTenantContext does. Returns the result of
 * `run` after the commit; if `run` throws, rolls back and rethrows.
 *
 * The context is set in the round trip of BEGIN and lasts until the transaction ends. The session is reset in the round trip of
 * COMMIT, so that the connection's next user inherits nothing. If the reset fails, or a query of `run` is still running, the
 * connection is closed instead. This is safe behind a pooler in transaction mode.
 *
 * @throws TenantContextError before anything is sent; TransactionLost, with `work`, if the transaction did not end as `run`
 *   did; errors of `run` and of node-postgres unchanged.
 */
export async function withTenantContext<T>(
  pool: Pool,
  context: TenantContext,
  run: (client: TransactionClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { retries, contextKey, ...start } = readArguments(pool, context, options);
  const begin = (borrowed: BorrowedConnection) => beginTransaction(borrowed, start, contextKey);
  for (let attempt = 0; ; attempt++) {
    try {
      return await runInTransaction(pool, begin, run);
    } catch (error) {
      if (attempt >= retries || !isConflict(error)) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** @throws TenantContextError with all faults at once */
function readArguments(pool: Pool, context: TenantContext, options: TransactionOptions) {
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

interface TransactionStart {
  begin: string;
  variables: ContextVariables;
  /** Calls of a select list that apply the settings. */
  calls: readonly string[];
}

function keyOf(pool: Pool): ContextKey | undefined {
  return pool instanceof DatabasePool ? pool.contextKey : undefined;
}

async function beginTransaction(
  borrowed: BorrowedConnection,
  { begin, variables, calls }: TransactionStart,
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

/** Milliseconds for which a token can begin a transaction: the largest difference between two clocks that is allowed for. */
const tokenLifetime = 60_000;

/** Begins a transaction and sets its context, with the token as a parameter. */
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
 * A statement that is sent together with BEGIN, in one round trip.
 *
 * The token is a parameter, so it does not appear in pg_stat_activity, where the application's other sessions could read it.
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

async function runInTransaction<T>(
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
    throw errorToReport(error, guard.lost);
  }
  guard.close();
  if (guard.lost !== undefined) {
    borrowed.destroy();
    throw guard.lost;
  }
  await commit(borrowed);
  return result;
}

/** An error of `run` tells the caller that everything was rolled back. If that is not certain, TransactionLost says so. */
function errorToReport(error: unknown, lost: TransactionLost | undefined): unknown {
  if (lost === undefined || error === lost || lost.work === "nothing committed") return error;
  return new TransactionLost(lost.message, lost.work, { cause: error });
}

/** @throws TransactionLost if nothing was committed or the outcome is unknown; the server's error if it refuses COMMIT */
async function commit(borrowed: BorrowedConnection): Promise<void> {
  if (hasUnfinishedQueries(borrowed.client)) {
    borrowed.destroy();
    throw new TransactionLost(
      "`run` returned while a query was running or a cursor open: nothing was committed. Await every query in `run`.",
      "nothing committed",
    );
  }
  const { command, error } = await borrowed.end("commit");
  if (command === undefined) {
    const failure = await failedCommit(borrowed, error);
    // `run` caught an error before node-postgres learned that the transaction had failed.
    throw codeOf(failure) === inFailedTransaction ? ignoredFailure() : failure;
  }
  // A failed reset of the session does not change the outcome of the transaction.
  if (error === undefined) borrowed.giveBack();
  else borrowed.destroy();
  if (command === "COMMIT") return;
  // After a failed statement the server executes COMMIT as ROLLBACK and reports no error.
  throw ignoredFailure();
}

function ignoredFailure(): TransactionLost {
  return new TransactionLost(
    "a statement failed and its error was caught: nothing of the transaction was committed. " +
      "Use SAVEPOINT for a part that may fail.",
    "nothing committed",
  );
}

const inFailedTransaction = "25P02";

/** If the server still answers, it has refused to commit. Otherwise it may have committed. */
async function failedCommit(
  borrowed: BorrowedConnection,
  cause: Error | undefined,
): Promise<unknown> {
  if ((await rollBack(borrowed)) && !isSessionLost(cause)) return cause;
  return new TransactionLost(
    "the connection broke during COMMIT: whether the transaction was committed is unknown. Read what it wrote before you repeat it.",
    "unknown",
    { cause },
  );
}

/** @returns whether the server answered */
async function rollBack(borrowed: BorrowedConnection): Promise<boolean> {
  if (hasUnfinishedQueries(borrowed.client)) {
    borrowed.destroy();
    return false;
  }
  const { command, error } = await borrowed.end("rollback");
  if (error === undefined) borrowed.giveBack();
  else borrowed.destroy();
  return command !== undefined;
}

/**
 * Whether the session is lost although the connection works: a proxy may keep its client when it loses the server. Class 08 is
 * "connection exception", 57P0x are the codes of a terminated session.
 */
function isSessionLost(error: unknown): boolean {
  return /^(?:08|57P0)/.test(codeOf(error));
}

/** serialization_failure or deadlock_detected, https://www.postgresql.org/docs/15/mvcc-serialization-failure-handling.html. */
function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
