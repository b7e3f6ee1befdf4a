import { recordStatements } from "../schema/record/recordStatements";
import { bookkeeping } from "./bookkeeping";
import { guardLosses } from "./loss/guardLosses";
import type { CountedLoss } from "./loss/loss";
import type { Direction, Migration } from "./migration";
import type { FailurePlace } from "./migrationError";
import { sessionSql } from "./migrationSession";
import type { FileSettings } from "./migrationSettings";
import { splitStatements } from "../sql/statements";

/** Something that is sent inside the transaction of a file, and how to speak of it when it fails. */
export interface FileStep {
  sql: string;
  place: Omit<FailurePlace, "file">;
}

/** A file, which way it goes, and whether the run ends with it. */
export interface FileRun {
  migration: Migration;
  direction: Direction;
  /** The last one's transaction records the schema as the expected one. */
  last: boolean;
  /** What it takes away, as it was counted. Default: nothing that anybody has counted. */
  losses?: readonly CountedLoss[];
}

/**
 * All that commits with a file, in order, except the ledger's row, which node-pg-migrate adds.
 *
 * The statements are sent one by one, because PostgreSQL doesn't tell which of several failed. Those of a file without
 * a transaction have run before.
 */
export async function fileSteps(
  { migration, direction, last, losses = [] }: FileRun,
  settings: FileSettings,
): Promise<FileStep[]> {
  const { sql, noTransaction } = migration[direction];
  const statements = noTransaction === undefined ? await statementsOf(sql) : [];
  const step = (text: string, doing: string): FileStep => ({ sql: text, place: { doing } });
  const version = direction === "up" ? migration.number : migration.number - 1;
  // The last of all, because it changes the transaction's settings.
  const record = last ? recordStatements(settings, { version }) : [];
  const guard = guardLosses(losses);
  return [
    ...guard.before.map((text) => step(text, lossCheck)),
    ...statements.map((statement) => ({ sql: statement.text, place: { statement } })),
    ...guard.after.map((text) => step(text, lossCheck)),
    // What the file has set ends with the file.
    step(sessionSql(settings), "the end of its session settings"),
    ...(settings.afterEach === undefined ? [] : [step(settings.afterEach, afterEachFile)]),
    ...bookkeeping(migration, direction).map((text) => step(text, ledgerRecord)),
    ...record.map((text) => step(text, "the record of the schema")),
  ];
}

/** What was under way when the last of `sent` failed: BEGIN, the steps, the ledger's row, COMMIT. */
export function failurePlace(
  steps: readonly FileStep[],
  sent: readonly string[],
): Omit<FailurePlace, "file"> {
  if (sent.length < 2) return { doing: "the beginning of its transaction" };
  const step = steps[sent.length - 2];
  return step?.place ?? { doing: sent.at(-1) === "COMMIT;" ? "its commit" : ledgerRecord };
}

/** How errors call the hook. */
export const afterEachFile = "what runs after each file";

const lossCheck = "the check of what it takes away";
const ledgerRecord = "its record in the ledger";

/** A file that the parser can't read goes to the server whole, which says what is wrong with it. */
async function statementsOf(
  sql: string,
): Promise<readonly NonNullable<FailurePlace["statement"]>[]> {
  return splitStatements(sql).catch(() => [{ text: sql, offset: 0 }]);
}
