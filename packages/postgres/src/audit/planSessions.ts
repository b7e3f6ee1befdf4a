import { escapeIdentifier, escapeLiteral } from "pg";

import type { AuditFinding } from "./auditFinding";
import { sessionKind } from "./kinds";
import type { FoundSessions } from "./readSessions";
import { repairOf } from "./repairOf";

/** How long the server may take to end a session, in milliseconds. */
const patience = 5000;

/**
 * A finding for each role that may not log in and has sessions: PostgreSQL lets those go on that began before.
 *
 * Whoever is neither superuser nor in pg_signal_backend joins the role for as long as the repair's transaction lasts.
 * https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
export function planSessions(found: readonly FoundSessions[]): AuditFinding[] {
  return found.map(({ role, sessions, endable, may_join: mayJoin }) => {
    const name = escapeIdentifier(role);
    const end = `select pg_catalog.pg_terminate_backend(pid, ${String(patience)})
      from pg_catalog.pg_stat_activity
     where usename = ${escapeLiteral(role)}
       and pid <> pg_catalog.pg_backend_pid()`;
    const joined = `grant ${name} to current_user; ${end}; revoke ${name} from current_user`;
    return {
      kind: sessionKind,
      object: `role ${role}`,
      expected: "no session",
      actual: sessions === 1 ? "1 session" : `${String(sessions)} sessions`,
      reason: "it may not log in any more",
      ...repairOf(endable || mayJoin, endable ? end : joined, "a superuser"),
    };
  });
}
