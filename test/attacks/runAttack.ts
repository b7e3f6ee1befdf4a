import { Client, DatabaseError } from "pg";

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

/**
 * Runs an attack as the application, in a session of its own and in customer 1's context, and undoes it.
 *
 * @param token signs the context, where contexts are
 */
export async function runAttack(
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
    const { code, message, detail = "", hint = "", where = "" } = error as DatabaseError;
    if (!(error instanceof DatabaseError)) throw error;
    told.push(message, detail, hint, where);
    return { code, told: told.join("\n") };
  } finally {
    if (transaction) await client.query("rollback").catch(() => undefined);
    await client.end();
  }
}
