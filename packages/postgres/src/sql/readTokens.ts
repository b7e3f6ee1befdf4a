import { loadModule, scanSync } from "libpg-query";

const comments = new Set(["SQL_COMMENT", "C_COMMENT"]);

/**
 * The words of some SQL without its comments and white space, or undefined where PostgreSQL's scanner finds none
 * (an unterminated string).
 */
export function readTokens(sql: string): Promise<string[] | undefined> {
  // A preview asks several times for the same files.
  const known = scanned.get(sql) ?? scan(sql);
  scanned.set(sql, known);
  return known;
}

const scanned = new Map<string, Promise<string[] | undefined>>();

async function scan(sql: string): Promise<string[] | undefined> {
  await loadModule();
  if (sql.trim() === "") return [];
  try {
    const bytes = Buffer.from(sql);
    return scanSync(sql)
      .tokens.filter((token) => !comments.has(token.tokenName))
      .map((token) => bytes.toString("utf8", token.start, token.end));
  } catch {
    return undefined;
  }
}
