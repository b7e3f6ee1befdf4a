import { loadModule, type Node, parseSync, type RawStmt, scanSync } from "libpg-query";

/** One SQL statement of a file. */
export interface Statement {
  /** From its first word to just before its semicolon. */
  text: string;
  /** Where `text` begins in the file. */
  offset: number;
  /** PostgreSQL's parse tree of it. */
  node: Node;
}

/**
 * Splits SQL with PostgreSQL's own grammar, so that quoting and function bodies do not mislead it.
 *
 * The grammar is that of the newest PostgreSQL, which also accepts what older servers accept.
 *
 * @throws SqlError of libpg-query, if the grammar rejects the text.
 */
export function splitStatements(sql: string): Promise<readonly Statement[]> {
  // A preview asks for the same files several times.
  const known = parsed.get(sql) ?? parse(sql);
  parsed.set(sql, known);
  return known;
}

const parsed = new Map<string, Promise<readonly Statement[]>>();

async function parse(sql: string): Promise<readonly Statement[]> {
  await loadModule();
  // The type of parseSync hides its result's fields behind another package's version.
  const { stmts = [] } = parseSync(sql) as { stmts?: RawStmt[] };

  const bytes = Buffer.from(sql);
  const statements: Statement[] = [];
  let [byteOffset, offset] = [0, 0];
  for (const { stmt, stmt_location: start = 0, stmt_len: length } of stmts) {
    if (stmt === undefined) continue;
    offset += bytes.toString("utf8", byteOffset, start).length;
    byteOffset = start;
    // The parser omits the length of a statement that extends to the end of the text.
    const end = length === undefined || length === 0 ? bytes.length : start + length;
    statements.push({ text: bytes.toString("utf8", start, end), offset, node: stmt });
  }
  return statements;
}

/**
 * The tokens of some SQL, without comments and white space; undefined if PostgreSQL's scanner rejects the text
 * (an unterminated string).
 */
export function readTokens(sql: string): Promise<string[] | undefined> {
  const known = tokens.get(sql) ?? scanTokens(sql);
  tokens.set(sql, known);
  return known;
}

const tokens = new Map<string, Promise<string[] | undefined>>();

async function scanTokens(sql: string): Promise<string[] | undefined> {
  const bytes = Buffer.from(sql);
  const scanned = await scan(sql);
  return scanned
    ?.filter(({ tokenName }) => tokenName !== "SQL_COMMENT" && tokenName !== "C_COMMENT")
    .map(({ start, end }) => bytes.toString("utf8", start, end));
}

/** A comment that begins with two hyphens. */
interface LineComment {
  /** With its hyphens. */
  text: string;
  /** Where it begins in the file. */
  offset: number;
}

/** The comments of some SQL that begin with two hyphens; none if PostgreSQL's scanner rejects the text. */
export async function readLineComments(sql: string): Promise<LineComment[]> {
  const bytes = Buffer.from(sql);
  let [byteOffset, offset] = [0, 0];
  return ((await scan(sql)) ?? [])
    .filter(({ tokenName }) => tokenName === "SQL_COMMENT")
    .map(({ start, end }) => {
      offset += bytes.toString("utf8", byteOffset, start).length;
      byteOffset = start;
      return { text: bytes.toString("utf8", start, end), offset };
    });
}

/** Places are in bytes. */
async function scan(sql: string) {
  await loadModule();
  // The scanner refuses an empty text.
  if (sql.trim() === "") return [];
  try {
    return scanSync(sql).tokens;
  } catch {
    return undefined;
  }
}
