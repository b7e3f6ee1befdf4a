const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size as PostgreSQL names it: a kB is 1024 bytes. Three digits say enough. */
export function humanBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // 1023.5 would be shown as 1024.
  while (Math.abs(size) >= 1023.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && Math.abs(size) < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)} ${units[unit] ?? ""}`;
}
