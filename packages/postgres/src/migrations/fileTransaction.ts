import { escapeLiteral } from "pg";

import { splitStatements } from "../sql/statements";
import type { CountedLoss } from "./dataLoss";
import { guardDataLoss } from "./guardDataLoss";
import type { Direction, Migration } from "./migration";
import type { FailurePlace } from "./migrationError";
import { type RunSettings, sessionSql } from "./runSettings";

/** Something that is sent inside the transaction of a file, and what an error calls it. */
export interface FileStep {
  sql: string;
  place: Omit<FailurePlace, "file">;
}

/** A file, its direction, and whether the run ends with it. */
interface FileRun {
  migration: Migration;
  direction: Direction;
  /** The last file's transaction records the schema as the expected one. */
  last: boolean;
  /** The data that it removes, as it was counted. Default: none is known. */
  losses?: readonly CountedLoss[];
}

/**
 * Everything that commits with a file, in order, except the ledger's row, which node-pg-migrate adds.
 *
 * The statements are sent one by one, because PostgreSQL does not tell which of several failed. Those of a file without a
 * transaction have run before.
 */
export async function fileSteps(
  { migration, direction, last, losses = [] }: FileRun,
  settings: RunSettings,
): Promise<FileStep[]> {
  const { sql, noTransaction } = migration[direction];
  const statements = noTransaction === undefined ? await statementsOf(sql) : [];
  const step = (text: string, doing: string): FileStep => ({ sql: text, place: { doing } });
  const version = direction === "up" ? migration.number : migration.number - 1;
  const record = last ? settings.recordSchema(settings, { version }) : [];
  const guard = guardDataLoss(losses);
  return [
    ...guard.before.map((text) => step(text, lossCheck)),
    ...statements.map((statement) => ({ sql: statement.text, place: { statement } })),
    ...guard.after.map((text) => step(text, lossCheck)),
    // Settings that the file has changed do not outlast it.
    step(sessionSql(settings), "the reset of its session settings"),
    ...(settings.afterEach === undefined ? [] : [step(settings.afterEach, afterEachFile)]),
    ...bookkeeping(migration, direction).map((text) => step(text, ledgerRecord)),
    // Last of all, because it changes the transaction's settings.
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

/** What errors call `afterEach`. */
export const afterEachFile = "what runs after each file";

const lossCheck = "the check of the data it removes";
const ledgerRecord = "its record in the ledger";

/** A file that the parser rejects is sent whole: the server reports its errors. */
async function statementsOf(
  sql: string,
): Promise<readonly NonNullable<FailurePlace["statement"]>[]> {
  return splitStatements(sql).catch(() => [{ text: sql, offset: 0 }]);
}

/** The runner's own statements that commit with a file, besides the ledger's row. */
function bookkeeping({ name, up, down }: Migration, direction: Direction): string[] {
  const forgetProgress = `delete from hosterizer.migration_statements where name = ${escapeLiteral(name)}`;
  // On the way down the foreign key deletes the row together with the ledger's.
  if (direction === "down") return [forgetProgress];
  const values = [name, up.sha256, down.sha256, up.tokensSha256, down.tokensSha256];
  const recordFiles = `insert into hosterizer.migration_files
    (name, up_sha256, down_sha256, up_tokens_sha256, down_tokens_sha256)
    values (${values.map((value) => escapeLiteral(value)).join(", ")})`;
  return [recordFiles, forgetProgress];
}
