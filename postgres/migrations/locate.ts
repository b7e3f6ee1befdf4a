/** A place in a text, as editors and PostgreSQL count: from 1, and columns in characters. */
export interface Location {
  line: number;
  column: number;
  /** The whole line. */
  text: string;
}

/** Finds the line and the column of `offset`, an index into `source`. */
export function locate(source: string, offset: number): Location {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  const end = source.indexOf("\n", offset);
  return {
    line: before.split("\n").length,
    column: Array.from(before.slice(start)).length + 1,
    text: source.slice(start, end === -1 ? undefined : end),
  };
}
