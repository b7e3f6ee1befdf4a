import { createHash } from "node:crypto";

import type { PoolClient } from "pg";

import { requireSuperuser } from "./requireSuperuser";
import type { ServerSession } from "./serverSession";
import { isStoredForm } from "./storedPassword";

/**
 * A role's password for the state, as the official plugin decides it.
 *
 * Only superusers may look at what the server keeps, and roles without LOGIN have nothing there to see: then the state's
 * is kept. A password that the state has in clear cannot be compared with a SCRAM verifier, and is kept too. A verifier in
 * the state is replaced by the server's, so that a password changed by hand shows as a difference.
 */
export async function readPassword(
  session: ServerSession,
  client: PoolClient,
  role: string,
  login: boolean,
  known: string | null,
): Promise<string | null> {
  if (!login || !session.configuration.superuser) return known;
  await requireSuperuser(session, client);
  const { rows } = await client.query<{ password: string | null }>(
    "select passwd as password from pg_catalog.pg_shadow where usename = $1",
    [role],
  );
  const stored = rows[0]?.password ?? "";
  if (known !== null && known !== "" && !isStoredForm(known) && isSame(known, stored, role))
    return known;
  return stored;
}

function isSame(clear: string, stored: string, role: string): boolean {
  if (stored.startsWith("SCRAM-SHA-256")) return true;
  return stored === `md5${createHash("md5").update(`${clear}${role}`).digest("hex")}`;
}
