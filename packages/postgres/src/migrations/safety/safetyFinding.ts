import { type SquawkRule, squawkRules } from "./squawk";

/** What is looked for in a migration, each by the name that a waiver uses; squawk looks for more. */
export const safetyRules = {
  "rewrites-table": "a statement writes a table anew while nobody can read it",
  "scans-table": "a statement reads a whole table while nobody can write it",
  "builds-index": "a statement builds an index while nobody can write the table",
  "changes-every-row": "a statement changes every row of a table in one transaction",
  "access-in-migration": "a role, privilege or policy is changed by a migration",
  "incomplete-down": "the down file does not take back what the up file makes",
  "bad-waiver": "a waiver waives nothing, or has no reason",
} as const;

export type SafetyRule = keyof typeof safetyRules | SquawkRule;

/** Every name that a waiver may use. */
export const ruleNames: readonly string[] = [
  ...Object.keys(safetyRules),
  ...Object.keys(squawkRules),
];

/** Something in a migration that hurts a database in use. */
export interface SafetyFinding {
  /** The folder as it was given, and the file's name. */
  file: string;
  /** Counted from 1. */
  line: number;
  rule: SafetyRule;
  /** What the statement does, with the names in it. */
  fault: string;
  /** What to do instead. */
  remedy: string;
  /** Why it may stand all the same, as a comment beside the statement says. */
  waived?: string;
}

/** A finding before it is known where it stands. */
export type StatementFinding = Pick<SafetyFinding, "rule" | "fault" | "remedy">;
