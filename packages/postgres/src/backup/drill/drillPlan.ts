import type { Tenancy } from "../../rowLevelSecurity/tenancy";

/** What a drill expects of the database that it restores. */
export interface DrillPlan {
  database: string;
  /** Role that owns the tables. */
  owner: string;
  /** Login that is a member of the owner. */
  migrator: string;
  /** Schemas whose objects the migrations make. */
  schemas: readonly string[];
  tenancy: Tenancy;
  /** Login roles that must see no tenant's row. */
  strangers: readonly string[];
  /** The share of a tenant table's rows that may be missing since the previous drill: more is a fault. */
  lossShare: number;
}
