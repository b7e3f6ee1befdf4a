import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";

/** The role for backups: it sees every row. */
export function backupRole({ tenancy }: Pick<Program, "tenancy">): string {
  const [role] = tenancy.backupRoles;
  if (role !== undefined) return role;
  throw new UserError(
    "No role reads every row: a dump would be incomplete.",
    "Declare one in backupRoles of database/tenancy.ts, and run the update.",
  );
}
