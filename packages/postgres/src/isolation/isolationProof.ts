/** The commands that the proof tries on every tenant table. */
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

/** Identities that a session may claim. */
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

/** The same, and `catalog` where the answer does not depend on what the session claims. */
export const proofContexts = [...sessionContexts, "catalog"] as const;

type ProofContext = (typeof proofContexts)[number];

/** Whose rows a statement reaches, or its outcome. */
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
  /** The observation, in a few words. */
  found: string;
  ok: boolean;
  /** Details such as PostgreSQL's message; may be empty. */
  detail: string;
}

/** A check that could not be run, and why. */
export interface NotProven {
  role: string;
  schema: string;
  table: string;
  /** Which commands; empty for the whole table. */
  commands: readonly ProofCommand[];
  reason: string;
}

/** Everything that was tried, and everything that could not be. */
export interface IsolationProof {
  /** As `schema.table`, in the order of the declaration. */
  tables: readonly string[];
  roles: readonly string[];
  cells: readonly ProofCell[];
  notProven: readonly NotProven[];
  summary: {
    /** Whether every check passed. A check that could not be run does not count as a failure. */
    ok: boolean;
    tried: number;
    failed: number;
    notProven: number;
    milliseconds: number;
  };
}

/** The findings that are not a leak, by expectation. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  own: ["own", "none"],
  other: ["the other tenant's", "none"],
  none: ["none"],
};

/**
 * Whether a failed check is a leak: rows of another tenant were reached, or a forbidden command was allowed. Other failures only keep out
 * roles that should have access, for example on a table whose policies do not exist yet.
 */
export function isLeak({ ok, command, expected, found }: ProofCell): boolean {
  if (ok || expected === "both" || expected === "allowed") return false;
  // The owner has no login. Objects that give other roles the owner's access are checked separately.
  if (command === "FORCE") return false;
  const may = allowed[expected];
  if (may === undefined) return true;
  if (found === "refused" || found.startsWith("error ")) return false;
  return !found.split(", ").every((whose) => may.includes(whose));
}

/** The check and its result in one line. */
export function describeCell({
  role,
  schema,
  table,
  command,
  context,
  expected,
  found,
}: ProofCell): string {
  const where = `${role}, ${schema}.${table}, ${command}, context ${context}`;
  return `${where}: found ${found}, expected ${expected}`;
}
