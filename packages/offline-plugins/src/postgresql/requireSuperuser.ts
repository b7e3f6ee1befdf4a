import type { PoolClient } from "pg";

import type { ServerSession } from "./serverSession";

/** Fails, in better words than the server's, where the provider's user is called a superuser and is none. */
export async function requireSuperuser(session: ServerSession, client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ superuser: boolean }>(
    "select rolsuper as superuser from pg_catalog.pg_roles where rolname = current_user",
  );
  if (rows[0]?.superuser === true) return;
  const { username } = session.configuration;
  throw new Error(
    `"${username}" is no superuser, so that passwords cannot be read back; set the provider's "superuser" to false`,
  );
}
