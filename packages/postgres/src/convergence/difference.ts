import { printable } from "../printable";

/**
 * The kinds of differences, by the folder that finds them. `declare module` adds them, in ../differenceKinds.ts and in the
 * packages that find more, so that this file imports none of the folders that import it.
 *
 * @public
 */
export interface DifferenceKinds {
  /** What a preview reports where it cannot look yet, because this update creates what it needs for that. */
  convergence: "not looked at yet";
}

/** What `up` does about a difference. */
type Repair =
  /** Repairs it; no row is touched. */
  | "automatic"
  /** Fails because of it, before changing anything: it holds data, so a person has to decide. */
  | "refused"
  /** Reports it only: it belongs to others. */
  | "none";

/** One way in which the live database differs from the declaration, in PostgreSQL's terms. */
export interface Difference<Kind extends string = DifferenceKinds[keyof DifferenceKinds]> {
  /** Its entry in docs/drift.md, such as `policy added`. */
  kind: Kind;
  /** As PostgreSQL names it, kind of object first: `column public.sites.region`. */
  object: string;
  /** What is declared; null: nothing. */
  expected: string | null;
  /** What is there; null: nothing. */
  actual: string | null;
  repair: Repair;
  /** What follows from it, where that is not obvious: `its owner sees every row`. */
  reason?: string;
}

/** A difference with the SQL that repairs it, if the repair is automatic. */
export interface Finding<
  Kind extends string = DifferenceKinds[keyof DifferenceKinds],
> extends Difference<Kind> {
  /** Statements, separated by semicolons. */
  sql?: string;
  /** Parameters of `sql`, which is then a single statement. */
  values?: readonly string[];
}

/**
 * The repair of a finding: automatic where the login has the rights for it, otherwise none, with the reason.
 *
 * @param allowed Whether the server would let the login run the SQL.
 * @param who Who may run it: `its owner postgres`.
 */
export function repairIf(
  allowed: boolean,
  sql: string,
  who: string,
): Pick<Finding, "repair" | "sql" | "reason"> {
  if (allowed) return { repair: "automatic", sql };
  return { repair: "none", reason: `only ${who} can repair it` };
}

/** A difference as the one line that a preview shows. */
export function renderDifference(difference: Difference): string {
  return `${describeDifference(difference)}${consequence[difference.repair]}`;
}

/** The same line without what `up` does about the difference. */
export function describeDifference({ object, expected, actual, reason }: Difference): string {
  const line = `${object}${departure(expected, actual)}${reason === undefined ? "" : `: ${reason}`}`;
  // A preview shows it through Pulumi.
  return printable(line);
}

function departure(expected: string | null, actual: string | null): string {
  if (actual === null) return ` is missing${expected === null ? "" : `, expected ${expected}`}`;
  if (expected === null) return ` is not declared, found ${actual}`;
  return `: found ${actual}, expected ${expected}`;
}

const consequence = {
  automatic: "",
  refused: " (up refuses)",
  none: " (up leaves it)",
} as const;

/** Environment variables that make dynamic resources compare with the last update instead of the current program. */
export const appliedOnly = { HOSTERIZER_DRIFT_AGAINST: "applied" } as const;
