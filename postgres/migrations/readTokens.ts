import { loadModule, scanSync } from "libpg-query";

const comments = new Set(["SQL_COMMENT", "C_COMMENT"]);

/**
 * The words of some SQL without its comments and white space, or undefined where PostgreSQL's scanner finds none
 * (an unterminated string).
 */
export async function readTokens(sql: string): Promise<string[] | undefined> {
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
