import { DatabaseError } from "pg";

import { rowsChanged } from "./loss/guardLosses";
import type { MigrationFile } from "./migration";

const lockNotAvailable = "55P03";
const deadlockDetected = "40P01";

/** Whether the same SQL may well succeed in a moment: another session was in the way. */
export function isLockFailure(code: string | undefined): boolean {
  return code === lockNotAvailable || code === deadlockDetected;
}

/** What to do about a failed file, and what state it has left behind. */
export function remedyFor({ noTransaction }: MigrationFile, cause: unknown): string {
  const left =
    noTransaction === undefined
      ? "Nothing of this file is in the database; the files before it stay."
      : "The statements before it stay, and so do the files.";

  if (!(cause instanceof DatabaseError) || isShutdown(cause.code)) {
    return "The ledger knows what was committed. Run again: it goes on from there.";
  }
  if (isLockFailure(cause.code)) {
    return `${left} Find who holds the lock (pg_blocking_pids), or run again at a quieter hour.`;
  }
  if (cause.code === rowsChanged) {
    return `${left} Somebody writes to the table. Run again: the rows are counted anew.`;
  }
  return `${left} Mend it and run again: it goes on from here.`;
}

/** Class 57P: the session was ended from outside, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
function isShutdown(code: string | undefined): boolean {
  return code?.startsWith("57P") === true;
}
