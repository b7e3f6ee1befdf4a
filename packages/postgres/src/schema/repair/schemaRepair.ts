/** When a repair's turn comes: what is used comes before what uses it, and what is in the way goes first. */
export const repairPhases = [
  "drop what uses others", // triggers, rules, views
  "drop",
  "types",
  "functions",
  "columns", // defaults, NOT NULL
  "indexes",
  "indexes of partitioned tables",
  "keys", // what foreign keys need
  "constraints",
  "views",
  "triggers", // and rules
  "properties", // comments, options, statistics
] as const;

export type RepairPhase = (typeof repairPhases)[number];

/** Statements that commit together, or one that PostgreSQL refuses inside a transaction. */
export type RepairAction =
  | {
      readonly transaction: readonly string[];
      /** What is tried where CREATE OR REPLACE can't get from one definition to the other. */
      readonly instead?: readonly string[];
      /** What is sent if it fails, so that nothing half-made stays. */
      readonly cleanUp?: string;
    }
  | {
      /** Builds, drops or repairs an index while its table is written. */
      readonly concurrently: string;
      readonly cleanUp?: string;
    };

/** What puts one object right again. No action drops or rewrites a row. */
export interface SchemaRepair {
  phase: RepairPhase;
  /** As findings name it. */
  object: string;
  /** Who runs it where it is not the owner: only superusers may touch an event trigger, and to drop one runs no code. */
  by?: "deployer";
  /** One after the other. A failed one ends the repair; what was done before it stays. */
  actions: readonly RepairAction[];
}

/** The statements of a repair, as a person would run them. */
export function repairSql({ actions }: SchemaRepair): string {
  const statements = actions.flatMap((action) =>
    "transaction" in action ? action.transaction : [action.concurrently],
  );
  return statements.join(";\n");
}
