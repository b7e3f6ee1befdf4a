import { loadModule, type Node, parseSync, type RawStmt } from "libpg-query";

/** One SQL statement of a file. */
export interface Statement {
  /** From its first word to before its semicolon. */
  text: string;
  /** Where `text` begins in the file. */
  offset: number;
  /** PostgreSQL's parse tree of it. */
  node: Node;
}

/**
 * Splits SQL by PostgreSQL's own grammar, so that no quoting or function body misleads it.
 *
 * The grammar is that of the newest PostgreSQL, which reads what older servers read.
 *
 * @throws SqlError of libpg-query, if the text is not SQL to that grammar.
 */
export function splitStatements(sql: string): Promise<readonly Statement[]> {
  // A preview asks several times for the same files.
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
    // The parser leaves the length out where the statement is the rest of the text.
    const end = length === undefined || length === 0 ? bytes.length : start + length;
    statements.push({ text: bytes.toString("utf8", start, end), offset, node: stmt });
  }
  return statements;
}
