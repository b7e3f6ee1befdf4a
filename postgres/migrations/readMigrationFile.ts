import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { DeclarationError } from "../declarationError";
import type { MigrationFile } from "./migration";
import { readNoTransaction } from "./readNoTransaction";
import { readTokens } from "./readTokens";

/**
 * Reads one file of the migrations folder.
 *
 * @throws DeclarationError if it isn't UTF-8, holds no statement, or leaves its transaction without a reason.
 */
export async function readMigrationFile(path: string): Promise<MigrationFile> {
  const sql = decode(path, await readFile(path)).replaceAll("\r\n", "\n");
  const tokens = await readTokens(sql);
  if (tokens?.every((token) => token === ";")) {
    const remedy = "Write its SQL; a change that can't be undone raises an exception that says so";
    throw new DeclarationError(path, "the file holds no statement", remedy);
  }
  const noTransaction = readNoTransaction(path, sql);
  return {
    path,
    sql,
    sha256: sha256(sql),
    tokensSha256: sha256(tokens === undefined ? sql : tokens.join("\0")),
    ...(noTransaction === undefined ? {} : { noTransaction }),
  };
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
