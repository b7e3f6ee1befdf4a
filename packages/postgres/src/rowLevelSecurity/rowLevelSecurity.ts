import type { Tenancy } from "./tenancy";

/** What is to hold, and who owns it. */
export interface RowLevelSecurity {
  tenancy: Tenancy;
  owner: string;
}
