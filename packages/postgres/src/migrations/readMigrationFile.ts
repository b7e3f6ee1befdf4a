import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { DeclarationError, DeclarationErrors } from "../declarationError";
import { forget, type Recall } from "./fileMemory";
import type { MigrationFile } from "./migration";
import { readNoTransaction } from "./readNoTransaction";
import { readTokens } from "../sql/statements";
import { statementFaults } from "./statementFaults";

/** What only the scanner and the parser can tell of a file's text. */
export type FileMeaning = Pick<MigrationFile, "tokensSha256" | "noTransaction">;

/**
 * Reads one file of the migrations folder.
 *
 * @throws DeclarationError if it isn't UTF-8, holds no statement, or leaves its transaction without a reason; DeclarationErrors
 *   with every statement that it must not hold.
 */
export async function readMigrationFile(
  path: string,
  recall: Recall<FileMeaning> = forget,
): Promise<MigrationFile> {
  const sql = decode(path, await readFile(path)).replaceAll("\r\n", "\n");
  const meaning = await recall(sql, () => readMeaning(path, sql));
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
