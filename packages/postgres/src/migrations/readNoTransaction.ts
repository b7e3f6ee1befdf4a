import { DeclarationError } from "../declarationError";

const mark = /^--\s*no[ -]?transaction\b[\s:]*(?<reason>.*)$/i;

/**
 * The reason in a file's first line `-- no transaction: <reason>`, by which it leaves the transaction that files run in.
 *
 * @throws DeclarationError if the line gives no reason, or isn't the first.
 */
export function readNoTransaction(path: string, sql: string): string | undefined {
  const lines = sql.split("\n");
  const index = lines.findIndex((line) => mark.test(line));
  if (index === -1) return undefined;

  if (index > 0) {
    const fault = `"no transaction" stands in line ${index + 1}, where it has no effect`;
    throw new DeclarationError(path, fault, "Make it the first line of the file, or delete it");
  }
  const reason = mark.exec(lines[0] ?? "")?.groups?.["reason"]?.trim() ?? "";
  if (reason === "") {
    const remedy = 'Write it as "-- no transaction: CREATE INDEX CONCURRENTLY can\'t run in one"';
    throw new DeclarationError(path, '"no transaction" gives no reason', remedy);
  }
  return reason;
}
