/**
 * A number as PostgreSQL reads it, in the parameter's own unit; undefined if it is none.
 *
 * https://www.postgresql.org/docs/15/config-setting.html
 *
 * @param unit what a bare number counts: `kB`, `8kB`, `ms` …; empty: no unit may follow.
 */
export function readQuantity(text: string, unit: string): number | undefined {
  const parts = pattern.exec(text.trim())?.groups;
  if (parts === undefined) return undefined;
  const { octal, number = "", suffix = "" } = parts;
  // A leading 0 is how permissions of files are written.
  const count = octal === undefined ? Number(number) : parseInt(octal, 8);
  if (suffix === "") return count;
  const scale = [memory, time].find((units) => units.has(baseOf(unit)));
  const factor = scale?.get(suffix);
  const own = scale?.get(baseOf(unit));
  if (factor === undefined || own === undefined) return undefined;
  return (count * factor) / (own * blocksOf(unit));
}

const pattern =
  /^(?:(?<octal>0[0-7]+)|(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(?<suffix>[A-Za-z]*))$/;

const memory = new Map([
  ["B", 1],
  ["kB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
  ["TB", 1024 ** 4],
]);

// In microseconds.
const time = new Map([
  ["us", 1],
  ["ms", 1000],
  ["s", 1_000_000],
  ["min", 60_000_000],
  ["h", 3_600_000_000],
  ["d", 86_400_000_000],
]);

/** `8kB` is eight of `kB`. */
function blocksOf(unit: string): number {
  return Number(/^\d+/.exec(unit)?.[0] ?? 1);
}

function baseOf(unit: string): string {
  return unit.replace(/^\d+/, "");
}
