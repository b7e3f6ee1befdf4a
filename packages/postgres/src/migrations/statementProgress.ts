import { createHash } from "node:crypto";

import { type Client, escapeLiteral } from "pg";

import type { Direction } from "./migration";

/** How far a file that runs outside a transaction has come. */
export interface StatementProgress {
  ordinal: number;
  sha256: string;
  /** False: it was started, and whether it ended isn't known. */
  finished: boolean;
}

/** What is recorded of a file, by the number of the statement, counted from 1. */
export async function readProgress(
  client: Client,
  name: string,
  direction: Direction,
): Promise<Map<number, StatementProgress>> {
  const { rows } = await client.query<StatementProgress>(
    `select ordinal, sha256, finished from hosterizer.migration_statements
    where name = $1 and direction = $2`,
    [name, direction],
  );
  return new Map(rows.map((row) => [row.ordinal, row]));
}

/** Records that a statement begins or has ended. */
export async function recordProgress(
  client: Client,
  { name, direction, ...progress }: StatementProgress & { name: string; direction: Direction },
): Promise<void> {
  await client.query(
    `insert into hosterizer.migration_statements (name, direction, ordinal, sha256, finished)
    values ($1, $2, $3, $4, $5)
    on conflict (name, direction, ordinal)
    do update set sha256 = excluded.sha256, finished = excluded.finished`,
    [name, direction, progress.ordinal, progress.sha256, progress.finished],
  );
}

/** The statement that forgets a file's progress, for the transaction that writes its ledger row. */
export function forgetProgress(name: string): string {
  return `delete from hosterizer.migration_statements where name = ${escapeLiteral(name)}`;
}

export function statementSha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
