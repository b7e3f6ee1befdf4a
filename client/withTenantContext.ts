import { setTimeout as sleep } from "node:timers/promises";

import type { Pool, PoolClient } from "pg";

import { beginWithContext } from "./beginWithContext";
import { DatabasePool } from "./createPool";
import { type ContextKey, signContext } from "./signContext";
import {
  contextCalls,
  contextStatements,
  type ContextVariables,
  contextVariables,
  type TenantContext,
} from "./tenantContext";
import { settingCalls, type TransactionSettings } from "./transactionSettings";

export interface TransactionOptions {
  /**
   * How often a transaction that lost to another one (serialization failure, deadlock) is begun again. Then `run` is called
   * again, so it must do nothing but talk to the database. Default 0.
   */
  retries?: number;
  /** https://www.postgresql.org/docs/15/transaction-iso.html. Default: the server's, read committed. */
  isolation?: "read committed" | "repeatable read" | "serializable";
  /** Set until the transaction ends, in the same round trip: a statement_timeout, or `wholeTableReads`. */
  settings?: TransactionSettings;
  /** Signs the context, where the database wants that. Default: the pool's, see `contextKey` there. */
  contextKey?: ContextKey | undefined;
}

/** Everything that `run` had done is undone, though it returned as if all were well. */
export class TransactionLost extends Error {
  override readonly name = "TransactionLost";
}

/**
 * Runs `run` in one transaction that sees the rows of one tenant, as the guide's WithTenantContext does. What it returns is
 * returned after the commit; what it throws, after a rollback.
 *
 * The context is set in the round trip of BEGIN and ends with the transaction, and what `run` may have set for the session
 * is taken back in the round trip of COMMIT. So it is safe behind a pooler in transaction mode.
 *
 * @throws TenantContextError before anything is sent; TransactionLost if `run` ended its transaction, or went on after a
 *   failed statement without a savepoint; what `run` throws, and node-postgres' errors, as they are.
 */
export async function withTenantContext<T>(
  pool: Pool,
  context: TenantContext,
  run: (client: PoolClient) => Promise<T>,
  { retries = 0, isolation, settings = {}, contextKey = keyOf(pool) }: TransactionOptions = {},
): Promise<T> {
  const variables = contextVariables(context);
  const level = isolation === undefined ? "" : ` isolation level ${isolation}`;
  const beginning = { begin: `begin${level}`, variables, calls: settingCalls(settings) };
  const begin = (client: PoolClient) => beginAs(client, beginning, contextKey);
  for (let attempt = 0; ; attempt++) {
    try {
      return await transact(pool, begin, run);
    } catch (error) {
      if (attempt >= retries || !lostToAnother(error)) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

function keyOf(pool: Pool): ContextKey | undefined {
  return pool instanceof DatabasePool ? pool.contextKey : undefined;
}

/** How long after it is made a token still begins a transaction, in milliseconds: as far apart as two clocks may be. */
const tokenLifetime = 60_000;

interface Beginning {
  begin: string;
  variables: ContextVariables;
  /** Of a select list. */
  calls: readonly string[];
}

async function beginAs(
  client: PoolClient,
  { begin, variables, calls }: Beginning,
  key: ContextKey | undefined,
): Promise<void> {
  if (key === undefined) {
    const select = calls.length === 0 ? [] : [`select ${calls.join(", ")}`];
    await client.query([begin, ...contextStatements(variables), ...select].join("; "));
    return;
  }
  const token = "pg_catalog.set_config('app.context', $1, true)";
  const expires = new Date(Date.now() + tokenLifetime);
  await beginWithContext(client, begin, {
    statement: `select ${[...contextCalls(variables), ...calls, token].join(", ")}`,
    token: signContext({ ...variables, expires }, key),
  });
}

async function transact<T>(
  pool: Pool,
  begin: (client: PoolClient) => Promise<void>,
  run: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // A connection whose state nobody knows is closed, not given to the next one.
  let isBroken = true;
  // One that is cut says so twice, to the statement under way and to whoever listens.
  const ignore = () => undefined;
  client.on("error", ignore);
  try {
    await begin(client);
    const result = await run(client);
    if (client.getTransactionStatus() === "I") {
      throw new TransactionLost("the transaction was ended by a statement of its own");
    }
    await commitWith(client);
    isBroken = false;
    return result;
  } catch (error) {
    isBroken = await rollBack(client).then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(isBroken);
  }
}

// What was set for the session would outlive the transaction.
const reset = "reset app.current_customer_id; reset app.current_user_role; reset app.context";
const commit = `commit; ${reset}`;

/** Of a transaction in which a statement failed COMMIT makes a ROLLBACK, and that is no error to the server. */
async function commitWith(client: PoolClient): Promise<void> {
  const results: unknown = await client.query(commit);
  const [{ command = "" } = {}] = results as { command?: string }[];
  if (command === "COMMIT") return;
  throw new TransactionLost(
    "a statement failed and its error was caught: nothing of the transaction was committed",
  );
}

async function rollBack(client: PoolClient): Promise<void> {
  await client.query(`rollback; ${reset}`);
}

/** serialization_failure and deadlock_detected, https://www.postgresql.org/docs/15/mvcc-serialization-failure-handling.html. */
function lostToAnother(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "40001" || error.code === "40P01";
}
