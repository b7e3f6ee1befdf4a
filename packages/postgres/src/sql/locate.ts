/** A place in a text as editors and PostgreSQL count: from 1, columns in characters. */
interface Location {
  line: number;
  column: number;
  /** The whole line. */
  text: string;
}

/** The line and column of `offset`, an index into `source`. For many places in one text use `locator`. */
export function locate(source: string, offset: number): Location {
  return locator(source)(offset);
}

/** Splits a text into lines once, to locate any number of places in it. */
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

/** How many of the numbers, which are in ascending order, are at most `limit`. */
export function countUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

const excerptWidth = 100;

/** The line of a location with a caret under its column. A long line is cut around the caret. */
export function renderExcerpt({ line, column, text }: Location): string {
  const characters = Array.from(text);
  const start = characters.length <= excerptWidth ? 0 : Math.max(0, column - 1 - excerptWidth / 2);
  const shown = characters.slice(start, start + excerptWidth);
  const label = `  ${line} | `;
  // Tabs stay tabs, so that the caret moves with them.
  const padding = shown.slice(0, column - 1 - start).map((c) => (c === "\t" ? c : " "));
  return `${label}${shown.join("")}\n${" ".repeat(label.length - 2)}| ${padding.join("")}^`;
}
