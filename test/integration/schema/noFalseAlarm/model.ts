/** What the generated operations know of the schema: names that migrations have given. */
export interface Model {
  tables: ModelTable[];
  /** The migrations that operations have applied, in order, and what was there before each. */
  applied: { file: string; before: ModelTable[] }[];
  /** Number of the last migration. */
  version: number;
  /** Counts on for ever, so that no name is used twice. */
  names: number;
}

export interface ModelTable {
  name: string;
  /** A row of its defaults can't be inserted into a partitioned table. */
  partitioned: boolean;
  /** Of a type that takes text. */
  columns: string[];
  constraints: string[];
  indexes: string[];
}

/** The schema of rich.sql. */
export function beginning(): Model {
  return {
    tables: [
      {
        name: "users",
        partitioned: false,
        columns: ["title", "long"],
        constraints: ["users_number_key", "users_share_check", "users_status_check"],
        indexes: ["users_title_idx"],
      },
      {
        name: "events",
        partitioned: true,
        columns: [],
        constraints: ["events_user_fkey", "events_pkey"],
        indexes: ["events_user_idx"],
      },
    ],
    applied: [],
    version: 1,
    names: 0,
  };
}

/** One of them, by any number. */
export function pickOf<T>(choices: readonly T[], pick: number): T | undefined {
  return choices[pick % choices.length];
}
