import type { Finding } from "../convergence/difference";
import { ledgerKind } from "../audit/ledgerTables";
import type { LedgerFault } from "../migrations/ledgerFaults";

/** Every kind of difference between the migrations folder and the ledger. */
export const migrationKinds = [
  "migration edited",
  "migration edited in comments",
  "down migration edited",
  "migration deleted",
  "migration renamed",
  "migration overtaken",
  ledgerKind,
] as const;

/** What the folder says otherwise than the ledger. Only a person can know which of the two is right. */
export function migrationFindings(faults: readonly LedgerFault[]): Finding[] {
  return faults.map((fault) => ({
    ...aspectsOf(fault),
    object: `migration ${fault.name}`,
    repair: "refused",
  }));
}

function aspectsOf(fault: LedgerFault): Pick<Finding, "expected" | "actual"> & {
  kind: (typeof migrationKinds)[number];
} {
  const { kind, renamedTo = "", cosmetic } = fault;
  const half = kind === "down edited" ? "down" : "up";
  const expected = `the ${half} file as it was applied`;
  switch (kind) {
    case "missing":
      return {
        kind: "migration deleted",
        expected: "its files, because it is applied",
        actual: null,
      };
    case "renamed":
      return {
        kind: "migration renamed",
        expected: "the name that was applied",
        actual: `the name ${renamedTo}`,
      };
    case "overtaken":
      return {
        kind: "migration overtaken",
        expected: "a number after those that are applied",
        actual: "a later one applied, and not this one",
      };
    default:
      if (cosmetic) {
        const actual = `the ${half} file with other comments or white space`;
        return { kind: "migration edited in comments", expected, actual };
      }
      return {
        kind: half === "up" ? "migration edited" : "down migration edited",
        expected,
        actual: `the ${half} file edited`,
      };
  }
}
