/** The middle one, or the mean of the two in the middle; NaN where there are none. */
export function median(figures: readonly number[] = []): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/** A row of a table: a title, and the smallest, the middle and the largest figure. */
export function row(title: string, figures: readonly number[], digits: number): string[] {
  const chosen = [Math.min(...figures), median(figures), Math.max(...figures)];
  return [title, ...chosen.map((figure) => figure.toFixed(digits))];
}
