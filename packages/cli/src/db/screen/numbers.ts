/** A whole number with thousands separators; a question mark if it is unknown. */
export function humanCount(count: number | null): string {
  return count === null ? "?" : Math.round(count).toLocaleString("en-US");
}

/** A number of things, such as `1 session` and `2 sessions`. */
export function counted(count: number, noun: string): string {
  return `${humanCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
