import { createHash } from "node:crypto";

import type { Node } from "libpg-query";

import { DeclarationError, DeclarationErrors } from "../userError";
import { locator } from "../sql/locate";
import { readTokens, splitStatements } from "../sql/statements";
import type { Cached } from "./fileCache";

/** Which way the schema moves. */
export type Direction = "up" | "down";

/** The SQL of one migration in one direction. */
export interface MigrationFile {
  /** The folder as it was given, and the file's name: what errors show. */
  path: string;
  /** With LF line ends, so that a checkout on Windows has the same text and the same hash. */
  sql: string;
  sha256: string;
  /** The hash of its tokens: it does not change when only comments or white space do. */
  tokensSha256: string;
  /** Why the file runs outside of a transaction. Absent: it runs in its own transaction. */
  noTransaction?: string;
}

/** One numbered change of the schema, and the change that undoes it. */
export interface Migration extends Record<Direction, MigrationFile> {
  /** Counts from 1 without a gap; the schema's version if this is the last one applied. */
  number: number;
  /** Such as `000001_create_users_table`; the key in the ledger. */
  name: string;
}

/** The number in a migration's name, such as 7 in `000007_create_cost_records_table`; 0 without a name. */
export function numberOf(name: string | undefined): number {
  return Number.parseInt(name ?? "0", 10);
}

/** What only the scanner and the parser can tell about a file's text. */
export type FileMeaning = Pick<MigrationFile, "tokensSha256" | "noTransaction">;

/**
 * Reads the content of one file of the migrations folder.
 *
 * @throws DeclarationError if the file is not UTF-8, has no statement, or opts out of its transaction without a reason;
 *   DeclarationErrors with every statement that it must not contain.
 */
export async function readMigrationFile(
  path: string,
  bytes: Buffer,
  cached: Cached<FileMeaning>,
): Promise<MigrationFile> {
  const sql = decode(path, bytes).replaceAll("\r\n", "\n");
  const meaning = await cached(sql, () => readMeaning(path, sql));
  return { path, sql, sha256: sha256(sql), ...meaning };
}

async function readMeaning(path: string, sql: string): Promise<FileMeaning> {
  const tokens = await readTokens(sql);
  if (tokens?.every((token) => token === ";")) {
    const remedy = "Write its SQL; a change that can't be undone raises an exception that says so";
    throw new DeclarationError(path, "the file holds no statement", remedy);
  }
  const noTransaction = readNoTransaction(path, sql);
  const optional = noTransaction === undefined ? {} : { noTransaction };
  const faults = await statementFaults({ path, sql, ...optional });
  if (faults.length > 0) throw new DeclarationErrors(faults);
  return { tokensSha256: sha256(tokens === undefined ? sql : tokens.join("\0")), ...optional };
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DeclarationError(path, "the file is not UTF-8", "Save it as UTF-8");
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const noTransactionMark = /^--\s*no[ -]?transaction\b[\s:]*(?<reason>.*)$/i;

/**
 * The reason in the first line `-- no transaction: <reason>`, with which a file opts out of its transaction.
 *
 * @throws DeclarationError if the line gives no reason, or is not the first one.
 */
export function readNoTransaction(path: string, sql: string): string | undefined {
  const lines = sql.split("\n");
  const index = lines.findIndex((line) => noTransactionMark.test(line));
  if (index === -1) return undefined;

  if (index > 0) {
    const fault = `"no transaction" is in line ${index + 1}, where it has no effect`;
    throw new DeclarationError(path, fault, "Make it the first line of the file, or delete it");
  }
  const reason = noTransactionMark.exec(lines[0] ?? "")?.groups?.["reason"]?.trim() ?? "";
  if (reason === "") {
    const remedy = 'Write it as "-- no transaction: CREATE INDEX CONCURRENTLY can\'t run in one"';
    throw new DeclarationError(path, '"no transaction" gives no reason', remedy);
  }
  return reason;
}

const savepoint = /SAVEPOINT|RELEASE|ROLLBACK_TO/;

/**
 * The statements that a file must not contain, found without a server.
 *
 * A file that the parser rejects has no faults here: the server reports its errors better.
 */
export async function statementFaults(
  file: Pick<MigrationFile, "path" | "sql" | "noTransaction">,
): Promise<DeclarationError[]> {
  const statements = await splitStatements(file.sql).catch(() => []);
  let find: ReturnType<typeof locator> | undefined;

  return statements.flatMap(({ node, offset }) => {
    const refuse = (fault: string, remedy: string) => {
      find ??= locator(file.sql);
      const { line, column } = find(offset);
      return [new DeclarationError(`${file.path}:${line}:${column}`, fault, remedy)];
    };

    if ("TransactionStmt" in node && !savepoint.test(node.TransactionStmt.kind ?? "")) {
      const fault = "the file begins or ends a transaction, but the runner manages transactions";
      return refuse(fault, "Delete the statement: a file and its ledger row commit together");
    }
    if (isConcurrent(node) && file.noTransaction === undefined) {
      const remedy = 'Make "-- no transaction: <reason>" the first line of the file';
      return refuse("CONCURRENTLY can't run in the file's transaction", remedy);
    }
    if ("IndexStmt" in node && isConcurrent(node) && node.IndexStmt.idxname === undefined) {
      const fault = "an index built CONCURRENTLY has no name, so a broken one can't be found again";
      return refuse(fault, "Name the index");
    }
    return [];
  });
}

/** Whether a statement says CONCURRENTLY, which PostgreSQL refuses inside a transaction. */
export function isConcurrent(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  return false;
}
