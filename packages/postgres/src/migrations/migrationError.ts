import { DatabaseError } from "pg";

import { locate, renderExcerpt } from "../sql/locate";
import { rowsChanged } from "./guardDataLoss";
import type { MigrationFile } from "./migration";

/** Where a migration failed. */
export interface FailurePlace {
  file: MigrationFile;
  /** The text that failed, and where it begins in the file; absent if it is not in the file. */
  statement?: { text: string; offset: number };
  /** What the runner itself was doing instead of running a statement of the file. */
  doing?: string;
}

/** A migration that PostgreSQL rejected, shown like a compiler error: file, line, column, caret, and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  /** PostgreSQL's SQLSTATE; absent if the connection was lost. */
  readonly code?: string;
  readonly file: string;
  readonly line?: number;
  readonly column?: number;

  constructor({ file, statement, doing }: FailurePlace, cause: unknown, remedy: string) {
    const failure = describe(cause);
    const location =
      statement && locate(file.sql, statement.offset + failureOffset(statement, cause));
    const place = location ? `${file.path}:${location.line}:${location.column}` : file.path;

    const lines = [`${place}: ${doing === undefined ? "" : `${doing}: `}${failure.summary}`];
    if (location) lines.push(renderExcerpt(location));
    super([...lines, ...failure.context, remedy].join("\n"), { cause });

    this.file = file.path;
    if (failure.code !== undefined) this.code = failure.code;
    if (location) [this.line, this.column] = [location.line, location.column];
  }
}

/** Without a position the error is about the whole statement. */
function failureOffset({ text }: { text: string }, cause: unknown): number {
  return cause instanceof DatabaseError ? unitsBefore(text, Number(cause.position ?? 1)) : 0;
}

/** PostgreSQL counts characters from 1, JavaScript UTF-16 units from 0. */
function unitsBefore(text: string, position: number): number {
  return Array.from(text)
    .slice(0, position - 1)
    .join("").length;
}

function describe(cause: unknown): { summary: string; code?: string; context: string[] } {
  if (!(cause instanceof DatabaseError)) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { summary: `the connection failed (${message})`, context: [] };
  }
  const { message, code, detail, hint, internalQuery, internalPosition, where } = cause;
  const context = [
    ...(detail === undefined ? [] : [`detail: ${detail}`]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(internalQuery === undefined ? [] : [inside(internalQuery, Number(internalPosition ?? 1))]),
    ...(where === undefined ? [] : [`where: ${where.replaceAll("\n", "\n       ")}`]),
  ];
  const summary = code === undefined ? message : `${message} (${code})`;
  return { summary, context, ...(code === undefined ? {} : { code }) };
}

/** A statement that a function ran, which is in no file. */
function inside(query: string, position: number): string {
  const offset = unitsBefore(query, position);
  return `in a statement that it ran:\n${renderExcerpt(locate(query, offset))}`;
}

const lockNotAvailable = "55P03";
const deadlockDetected = "40P01";

/** Whether another session was in the way, so that the same SQL may succeed in a moment. */
export function isLockFailure(code: string | undefined): boolean {
  return code === lockNotAvailable || code === deadlockDetected;
}

/** What a failed file has left behind, and what to do. */
export function remedyFor({ noTransaction }: MigrationFile, cause: unknown): string {
  if (!(cause instanceof DatabaseError) || isShutdown(cause.code)) {
    return "The ledger records what was committed. Run again: it resumes from there.";
  }
  const left =
    noTransaction === undefined
      ? "Nothing of this file was applied; the files before it stay applied."
      : "The statements and files before it stay applied.";
  if (isLockFailure(cause.code)) {
    return `${left} Find what holds the lock (pg_blocking_pids), or run again at a quieter time.`;
  }
  if (cause.code === rowsChanged) {
    return `${left} Another session writes to the table. Run again: the rows are counted again.`;
  }
  return `${left} Fix it and run again: it resumes from here.`;
}

/** Class 57P: the session was ended from outside, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
function isShutdown(code: string | undefined): boolean {
  return code?.startsWith("57P") === true;
}
