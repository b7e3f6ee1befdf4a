/** The one of `words` that is at most two typing mistakes away; undefined if none is. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const close = words
    .filter((other) => Math.abs(other.length - word.length) <= mistakes)
    .map((other) => ({ other, distance: distance(word, other) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return close !== undefined && close.distance <= mistakes ? close.other : undefined;
}

const mistakes = 2;

/** How many letters have to be put in, taken out or replaced to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const above = row;
    row = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
  }
  return row[to.length] ?? 0;
}
