/** A place in a text, as editors and PostgreSQL count: from 1, and columns in characters. */
export interface Location {
  line: number;
  column: number;
  /** The whole line. */
  text: string;
}

/** Finds the line and the column of `offset`, an index into `source`. For many places of one text: `locator`. */
export function locate(source: string, offset: number): Location {
  return locator(source)(offset);
}

/** Reads a text once, and finds any number of places in it. */
export function locator(source: string): (offset: number) => Location {
  const starts = lineStarts(source);
  return (offset) => {
    const line = countUpTo(starts, offset);
    const start = starts[line - 1] ?? 0;
    const next = starts[line];
    return {
      line,
      column: Array.from(source.slice(start, offset)).length + 1,
      text: source.slice(start, next === undefined ? undefined : next - 1),
    };
  };
}

/** The offset of every line of a text. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  for (let end = source.indexOf("\n"); end !== -1; end = source.indexOf("\n", end + 1)) {
    starts.push(end + 1);
  }
  return starts;
}

/** How many of some numbers, in ascending order, are no greater than a limit. */
export function countUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
