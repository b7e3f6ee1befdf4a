import { Client, DatabaseError } from "pg";

import { createPool, withTenantContext } from "hosterizer-database-client";
import type { ContextKey } from "hosterizer-database-client/signContext";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Attack } from "./attack";

/** A marker that every row of the other tenant contains, and nothing else does. */
export const foreign = /umbra|424242|434343|777123/;

/** The result of an attack. */
export interface Outcome {
  /** SQLSTATE, if it was refused. */
  code: string | undefined;
  /** Everything that the attacker sees: rows, notices, errors. */
  told: string;
}

/** The key that contexts are signed with, and a token of customer 1, where they are signed. */
export interface Signing {
  key: ContextKey;
  token: string;
}

/** Runs an attack as the application, in a session of its own and in customer 1's context, and undoes it. */
export async function runAttack(
  attack: Attack,
  application: Connection,
  signing?: Signing,
): Promise<Outcome> {
  const { then } = attack;
  return then === undefined
    ? runStatement(attack, application, signing?.token)
    : runInTurn({ sql: attack.sql, then }, application, signing?.key);
}

async function runStatement(
  { sql, transaction = true }: Attack,
  application: Connection,
  token = "",
): Promise<Outcome> {
  const client = new Client({ ...application, statement_timeout: 10_000 });
  const told: string[] = [];
  client.on("notice", ({ message = "" }) => told.push(message));
  await client.connect();
  try {
    if (transaction) await client.query("begin");
    await client.query(
      "select set_config('app.current_customer_id', '1', $1), set_config('app.current_user_role', 'customer', $1), set_config('app.context', $2, $1)",
      [transaction, token],
    );
    const results = [await client.query(sql)].flat();
    told.push(...results.map(({ rows }) => JSON.stringify(rows)));
    return { code: undefined, told: told.join("\n") };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { code: error.code, told: [...told, saidBy(error)].join("\n") };
  } finally {
    if (transaction) await client.query("rollback").catch(() => undefined);
    await client.end();
  }
}

/** Runs one statement for the other customer, then one for customer 1, in one session that the client hands over. */
async function runInTurn(
  { sql, then }: { sql: string; then: string },
  { host, port, database, user, password = "" }: Connection,
  contextKey: ContextKey | undefined,
): Promise<Outcome> {
  const pool = createPool({
    ...{ host, port, database, credentials: { user, password }, maxOpenConnections: 1 },
    ...(contextKey === undefined ? {} : { contextKey }),
  });
  const undo = new Error("undo");
  let told = "";
  try {
    await withTenantContext(pool, { userRole: "customer", customerId: 424242 }, (client) =>
      client.query(sql),
    );
    await withTenantContext(pool, { userRole: "customer", customerId: 1 }, async (client) => {
      told = [await client.query(then)]
        .flat()
        .map(({ rows }) => JSON.stringify(rows))
        .join("\n");
      throw undo;
    });
  } catch (error) {
    if (error instanceof DatabaseError) return { code: error.code, told: saidBy(error) };
    if (error !== undo) throw error;
  } finally {
    await pool.end();
  }
  return { code: undefined, told };
}

function saidBy({ message, detail = "", hint = "", where = "" }: DatabaseError): string {
  return [message, detail, hint, where].join("\n");
}
