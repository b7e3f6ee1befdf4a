import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import type { DeclaredAccess } from "./declaredAccess";

export const sessionKinds = ["session of a login that is over"] as const;

/** How long the server may take to terminate a session, in milliseconds. */
const terminationTimeout = 5000;

/** A declared NOLOGIN role that still has sessions. */
interface RoleWithSessions {
  role: string;
  sessions: number;
  /** The session that reads may terminate them. */
  endable: boolean;
  /** Or it may at least join the role, and then terminate them. */
  may_join: boolean;
}

/**
 * A finding for each role that may no longer log in but has sessions, in any database: PostgreSQL keeps sessions that began
 * before NOLOGIN.
 *
 * A deploy role that is neither superuser nor in pg_signal_backend joins the role for the duration of the repair's
 * transaction. https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
export async function inspectSessions(
  client: Client,
  { roles }: Pick<DeclaredAccess, "roles">,
): Promise<Finding<(typeof sessionKinds)[number]>[]> {
  const withoutLogin = roles.filter(({ login }) => !login).map(({ name }) => name);
  const { rows } = await client.query<RoleWithSessions>(readSql(__dirname, "sessions"), [
    withoutLogin,
  ]);
  return rows.map(({ role, sessions, endable, may_join: mayJoin }) => {
    const name = escapeIdentifier(role);
    const terminate = `select pg_catalog.pg_terminate_backend(pid, ${String(terminationTimeout)})
      from pg_catalog.pg_stat_activity
     where usename = ${escapeLiteral(role)}
       and pid <> pg_catalog.pg_backend_pid()`;
    const joinFirst = `grant ${name} to current_user; ${terminate}; revoke ${name} from current_user`;
    return {
      kind: "session of a login that is over",
      object: `role ${role}`,
      expected: "no session",
      actual: sessions === 1 ? "1 session" : `${String(sessions)} sessions`,
      reason: "it may no longer log in",
      ...repairIf(endable || mayJoin, endable ? terminate : joinFirst, "a superuser"),
    };
  });
}
