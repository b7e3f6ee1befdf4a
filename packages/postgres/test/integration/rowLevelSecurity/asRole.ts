import { Client } from "pg";

import type { Connection } from "../../../src/connection/connection";

/** The context, as the guide's session variables. */
export type Context = Partial<Record<"app.current_customer_id" | "app.current_user_role", string>>;

/** The context of a customer. */
export function customer(id: string | number): Context {
  return { "app.current_customer_id": String(id), "app.current_user_role": "customer" };
}

/** The context of an administrator. */
export const administrator: Context = { "app.current_user_role": "administrator" };

/** Runs `check` as a login role, with session settings, inside a transaction that is always rolled back. */
export async function asRole<T>(
  connection: Connection,
  context: Context,
  check: (session: Client) => Promise<T>,
): Promise<T> {
  const session = new Client(connection);
  await session.connect();
  try {
    await session.query("begin");
    for (const [name, value] of Object.entries(context)) {
      await session.query("select pg_catalog.set_config($1, $2, true)", [name, value]);
    }
    return await check(session);
  } finally {
    // LockdownResult the session rolls the transaction back.
    await session.end();
  }
}
