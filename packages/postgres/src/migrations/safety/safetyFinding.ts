import { type SquawkRule, squawkRules } from "./squawk";

/** The project's own rules, by the names that waivers use. Squawk adds more. */
const safetyRules = {
  "rewrites-table": "a statement rewrites a table, which blocks reads",
  "scans-table": "a statement scans a whole table, which blocks writes",
  "builds-index": "a statement builds an index, which blocks writes to the table",
  "changes-every-row": "a statement changes every row of a table in one transaction",
  "access-in-migration": "a migration changes a role, privilege or policy",
  "incomplete-down": "the down file does not drop what the up file creates",
  "bad-waiver": "a waiver matches no finding, or has no reason",
} as const;

export type SafetyRule = keyof typeof safetyRules | SquawkRule;

/** Every name that a waiver may use. */
export const ruleNames: readonly string[] = [
  ...Object.keys(safetyRules),
  ...Object.keys(squawkRules),
];

/** Something in a migration that disturbs a database in use. */
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
  /** The reason that a comment beside the statement gives for accepting it. Absent: it is not accepted. */
  waived?: string;
}

/** A finding whose place in the file is not known yet. */
export type StatementFinding = Pick<SafetyFinding, "rule" | "fault" | "remedy">;

/** A finding with the offset of its statement in the file. */
export type PlacedFinding = StatementFinding & { offset: number };
