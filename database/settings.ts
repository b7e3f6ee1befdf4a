import type { SettingDeclaration } from "@hosterizer/postgres/access/declarations";
import { tenancy } from "./tenancy";

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
];
