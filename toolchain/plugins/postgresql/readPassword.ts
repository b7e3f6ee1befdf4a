import { createHash } from "node:crypto";

import type { PoolClient } from "pg";

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
  const { rows } = await client.query<{ superuser: boolean; password: string | null }>(
    `select u.rolsuper as superuser,
            case when u.rolsuper
                 then (select s.passwd from pg_catalog.pg_shadow s where s.usename = $1)
            end as password
       from pg_catalog.pg_roles u where u.rolname = current_user`,
    [role],
  );
  if (rows[0]?.superuser !== true) {
    throw new Error(
      `"${session.configuration.username}" is no superuser, so that passwords cannot be read back; set the provider's "superuser" to false`,
    );
  }
  const stored = rows[0].password ?? "";
  if (known !== null && known !== "" && !isStoredForm(known) && isSame(known, stored, role))
    return known;
  return stored;
}

function isSame(clear: string, stored: string, role: string): boolean {
  if (stored.startsWith("SCRAM-SHA-256")) return true;
  return stored === `md5${createHash("md5").update(`${clear}${role}`).digest("hex")}`;
}
