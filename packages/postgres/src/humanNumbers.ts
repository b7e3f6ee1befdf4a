const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A size in PostgreSQL's units, where a kB is 1024 bytes, with up to four digits. */
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

/** Units of time, the largest first. */
const times = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3_600 },
  { unit: "min", seconds: 60 },
  { unit: "s", seconds: 1 },
];

/** A duration in its two largest units, such as `2 h 13 min`; below a minute in one, such as `4.2 s` or `0.31 ms`. */
export function humanDuration(seconds: number): string {
  if (seconds < 0.0995) return milliseconds(seconds * 1000);
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const first = times.findIndex((time) => whole >= time.seconds);
  const [large, small] = times.slice(first, first + 2);
  if (large === undefined) return `${whole} s`;
  const count = Math.floor(whole / large.seconds);
  const rest = small === undefined ? 0 : Math.floor((whole % large.seconds) / small.seconds);
  const more = small === undefined || rest === 0 ? "" : ` ${rest} ${small.unit}`;
  return `${count} ${large.unit}${more}`;
}

function milliseconds(time: number): string {
  const digits = time < 0.995 ? 2 : time < 9.95 ? 1 : 0;
  return `${time.toFixed(digits)} ms`;
}
