/** A whole number with its thousands set apart; a question mark where nobody knows. */
export function humanCount(count: number | null): string {
  return count === null ? "?" : Math.round(count).toLocaleString("en-US");
}
