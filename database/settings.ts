import type { SettingDeclaration } from "@hosterizer/postgres/access/declarations";
import { tenancy } from "./tenancy";

/** What a session of the application may hold on to, so that one that hangs does not hold up all others for ever. */
const limits: readonly Omit<SettingDeclaration, "role">[] = [
  {
    name: "idle_in_transaction_session_timeout",
    value: "1min",
    purpose: "a transaction that waits for its client keeps its locks",
  },
  {
    name: "lock_timeout",
    value: "10s",
    purpose: "a session that waits for a lock frees its connection in the end",
  },
  {
    name: "statement_timeout",
    value: "5min",
    purpose: "longer reports say so themselves, with SET LOCAL",
  },
  {
    name: "idle_session_timeout",
    value: "1h",
    purpose: "forgotten sessions; pools close idle ones after ten minutes",
  },
];

/** The roles that applications and people log in as. */
const clients = [
  ...tenancy.tenantRoles,
  ...(tenancy.administrators === "role" ? tenancy.administratorRoles : []),
];

/**
 * Settings that sessions start with, beyond the server's own. Everything else that is set with ALTER DATABASE or ALTER ROLE is reset,
 * because one line there (`row_security`, `session_replication_role`, `app.current_user_role`) changes what every later session
 * may see.
 */
export const settings: readonly SettingDeclaration[] = [
  // An administrator that reads whole tables turns workers on in its transaction; see docs/tenancy.md, How it is fast.
  ...(tenancy.administrators === "session" ? tenancy.tenantRoles : []).map((role) => ({
    name: "max_parallel_workers_per_gather",
    value: "0",
    role,
    purpose: "bounds look wide to the planner, who would begin workers for a tenant's few rows",
  })),
  ...clients.flatMap((role) => limits.map((limit) => ({ ...limit, role }))),
];
