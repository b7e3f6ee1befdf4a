/** The middle one; NaN where there are none. */
export function median(figures: readonly number[] = []): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? NaN;
}

/** A row of a table: a title, and the smallest, the middle and the largest figure. */
export function row(title: string, figures: readonly number[], digits: number): string[] {
  const chosen = [Math.min(...figures), median(figures), Math.max(...figures)];
  return [title, ...chosen.map((figure) => figure.toFixed(digits))];
}
