/**
 * What a drill records of a dump that could not be loaded, in a line: what failed, and the first error that pg_restore names.
 *
 * Every login of the server can read that record, and each preview shows it. What follows an error (its details, its context, the
 * command) may be a row of the dump.
 */
export function loadFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = "", ...others] = message.split("\n").map((line) => line.trim());
  const named = others.find((line) => /^error\b/i.test(line));
  return named === undefined ? first : `${first} ${named}`;
}
