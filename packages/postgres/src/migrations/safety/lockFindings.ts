import type { Node } from "libpg-query";

import type { SafetyRule, StatementFinding } from "./safetyFinding";
import { type StatementLock, statementLocks, type Work } from "./statementLocks";

/** How many rows each table has, by its name with the schema; what isn't among them isn't there yet. */
export type RowEstimates = ReadonlyMap<string, number>;

/** So many rows are read or written in the twinkling of an eye. */
const smallTable = 10_000;

const rules: Record<Exclude<Work, "none">, { rule: SafetyRule; does: string; remedy: string }> = {
  rewrite: {
    rule: "rewrites-table",
    does: "writes it anew",
    remedy:
      "Add a new column, fill it in batches, and change over in a later migration; or give a column a constant default",
  },
  scan: {
    rule: "scans-table",
    does: "reads all of it",
    remedy:
      "Add the constraint NOT VALID and validate it in the next migration; SET NOT NULL is cheap once a valid CHECK (… is not null) stands",
  },
  index: {
    rule: "builds-index",
    does: "builds an index on it",
    remedy:
      "Build it in a file of its own with CREATE INDEX CONCURRENTLY, and make a constraint of it with ADD CONSTRAINT … USING INDEX",
  },
  "every row": {
    rule: "changes-every-row",
    does: "changes every row of it",
    remedy: "Change the rows in batches, outside of migrations, or name which with a WHERE",
  },
};

/**
 * What keeps others out of a table for longer the larger it is. Tables that are known to be small are left out.
 *
 * @param newborn Tables that the same file has made: nobody waits for them.
 */
export function lockFindings(
  node: Node,
  newborn: ReadonlySet<string>,
  rows?: RowEstimates,
): StatementFinding[] {
  return statementLocks(node)
    .filter(({ table, work }) => work !== "none" && !newborn.has(table))
    .filter(({ table }) => rows === undefined || (rows.get(table) ?? 0) >= smallTable)
    .map((lock) => findingOf(lock, rows?.get(lock.table)));
}

function findingOf({ table, mode, work }: StatementLock, count?: number): StatementFinding {
  const { rule, does, remedy } = rules[work as Exclude<Work, "none">];
  const size = count === undefined ? "" : ` with about ${count} rows`;
  return { rule, fault: `it locks ${table}${size} in ${mode} mode and ${does}`, remedy };
}
