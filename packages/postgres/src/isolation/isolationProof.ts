/** What the proof tries on every tenant table. */
export const proofCommands = [
  "ROW SECURITY",
  "FORCE",
  "INSERT own",
  "SELECT",
  "FOR UPDATE",
  "CURSOR",
  "PREPARED",
  "COPY TO",
  "VIEW",
  "FUNCTION",
  "UPDATE",
  "DELETE",
  "MERGE",
  "MOVE",
  "UPDATE all",
  "DELETE all",
  "MOVE all",
  "INSERT",
  "ON CONFLICT",
  "FOREIGN KEY",
  "COPY FROM",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
  "ALTER",
] as const;

export type ProofCommand = (typeof proofCommands)[number];

/** Who a session may say it is. */
export const sessionContexts = [
  "own",
  "other",
  "none",
  "empty",
  "malformed",
  "forged",
  "administrator",
] as const;

export type SessionContext = (typeof sessionContexts)[number];

/** The same, and `catalog` where the answer doesn't depend on what the session says. */
export const proofContexts = [...sessionContexts, "catalog"] as const;

export type ProofContext = (typeof proofContexts)[number];

/** Whose rows a statement reaches, or what becomes of it. */
export type Expectation =
  "own" | "other" | "both" | "none" | "refused" | "allowed" | "yes" | "as SELECT";

/** One thing that was tried. */
export interface ProofCell {
  role: string;
  schema: string;
  table: string;
  command: ProofCommand;
  context: ProofContext;
  expected: Expectation;
  /** What was seen, in a few words. */
  found: string;
  ok: boolean;
  /** More about what was found, such as PostgreSQL's message; empty where there is nothing to say. */
  detail: string;
}

/** Something that could not be tried, and why. */
export interface NotProven {
  role: string;
  schema: string;
  table: string;
  /** Which commands; empty for the whole table. */
  commands: readonly ProofCommand[];
  reason: string;
}

/** All that was tried, and all that was not. */
export interface IsolationProof {
  /** As `schema.table`, in the order of the declaration. */
  tables: readonly string[];
  roles: readonly string[];
  cells: readonly ProofCell[];
  notProven: readonly NotProven[];
  summary: {
    /** Nothing leaks; what was not proven is no leak. */
    ok: boolean;
    tried: number;
    failed: number;
    notProven: number;
    milliseconds: number;
  };
}
