/** The order of repairs: what is in the way goes first, and what others use comes before them. */
export const repairPhases = [
  "drop what uses others", // triggers, rules, views
  "drop",
  "types",
  "functions",
  "columns", // defaults, NOT NULL
  "indexes",
  "indexes of partitioned tables",
  "keys", // foreign keys need them
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
      /** Tried where CREATE OR REPLACE cannot change one definition into the other. */
      readonly instead?: readonly string[];
      /** Sent if the action fails, so that nothing half-done is left. */
      readonly cleanUp?: string;
    }
  | {
      /** Builds, drops or repairs an index without blocking writes to its table. */
      readonly concurrently: string;
      readonly cleanUp?: string;
    };

/** What restores one object. No action drops or rewrites a row. */
export interface SchemaRepair {
  phase: RepairPhase;
  /** As findings name it. */
  object: string;
  /** Absent: the owner runs it. Only a superuser may drop an event trigger; dropping one runs no code. */
  by?: "deployer";
  /** Run in this order. If one fails, the repair ends; the actions before it stay in effect. */
  actions: readonly RepairAction[];
}

/** The statements of a repair, as a person would run them. */
export function repairSql({ actions }: SchemaRepair): string {
  const statements = actions.flatMap((action) =>
    "transaction" in action ? action.transaction : [action.concurrently],
  );
  return statements.join(";\n");
}
