import type { ProofCell } from "./isolationProof";

/** Whose rows a cell may have found, in the words that it finds them in. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  own: ["own", "none"],
  other: ["the other tenant's", "none"],
  none: ["none"],
};

/**
 * Whether somebody got at what is not theirs. All else that is not as it must be is a door that is shut to those who should
 * come in, as on a table whose policies are still to come.
 */
export function isLeak({ ok, command, expected, found }: ProofCell): boolean {
  if (ok || expected === "both" || expected === "allowed") return false;
  // Its owner is let in, whom nobody logs in as; what lets others in by way of the owner is a cell of its own.
  if (command === "FORCE") return false;
  const may = allowed[expected];
  // What must be refused, or bound, was not.
  if (may === undefined) return true;
  if (found === "refused" || found.startsWith("error ")) return false;
  return !found.split(", ").every((whose) => may.includes(whose));
}
