/** The generated operations' model of the schema: names that migrations have used. */
export interface Model {
  tables: ModelTable[];
  /** The migrations that operations have applied, in order, and what was there before each. */
  applied: { file: string; before: ModelTable[] }[];
  /** Number of the last migration. */
  version: number;
  /** Never reset, so that no name is used twice. */
  names: number;
}

export interface ModelTable {
  name: string;
  partitioned: boolean;
  /** What a row can be inserted into, and how: its defaults are enough, or a tenant's number is needed. */
  rows: { into: string; of: "defaults" | "tenants" } | undefined;
  /** The column by which it is declared as a tenant table. */
  tenant?: string;
  /** Of a type that takes text. */
  columns: string[];
  constraints: string[];
  indexes: string[];
}

/** The schema of rich.sql and tenants.sql. */
export function beginning(): Model {
  return {
    tables: [
      {
        name: "users",
        partitioned: false,
        rows: { into: "users", of: "defaults" },
        columns: ["title", "long"],
        constraints: ["users_number_key", "users_share_check", "users_status_check"],
        indexes: ["users_title_idx"],
      },
      {
        name: "events",
        partitioned: true,
        rows: undefined,
        columns: [],
        constraints: ["events_user_fkey", "events_pkey"],
        indexes: ["events_user_idx"],
      },
      {
        name: "customers",
        partitioned: false,
        rows: { into: "customers", of: "defaults" },
        tenant: "id",
        columns: ["label"],
        constraints: ["customers_pkey"],
        indexes: [],
      },
      {
        name: "sites",
        partitioned: false,
        rows: { into: "sites", of: "tenants" },
        tenant: "customer_id",
        columns: ["label"],
        constraints: ["sites_customer_fkey", "sites_pkey"],
        indexes: ["sites_customer_idx"],
      },
      {
        name: "visits",
        partitioned: true,
        rows: undefined,
        tenant: "customer_id",
        columns: ["label"],
        constraints: ["visits_customer_fkey", "visits_pkey"],
        indexes: [],
      },
    ],
    applied: [],
    version: 2,
    names: 0,
  };
}

/** One of them, chosen by any number. */
export function pickOf<T>(choices: readonly T[], pick: number): T | undefined {
  return choices[pick % choices.length];
}

/** The table of the tenants themselves, which always exists. */
export function customersOf({ tables }: Pick<Model, "tables">): { table: string; id: string } {
  // Migrations rename it, but do not move it.
  const customers = tables[2];
  return { table: customers?.name ?? "customers", id: customers?.tenant ?? "id" };
}

/** The SQL of a migration. */
export interface Change {
  up: string;
  down: string;
}
