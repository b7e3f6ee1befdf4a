/** Parts of a time, with how many of the next smaller ones make one. */
const parts = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3_600 },
  { unit: "min", seconds: 60 },
  { unit: "s", seconds: 1 },
];

/** A time in its two largest parts, such as `2 h 13 min`; below a minute in one, such as `4.2 s` or `0.31 ms`. */
export function humanDuration(seconds: number): string {
  if (seconds < 0.0995) return milliseconds(seconds * 1000);
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const first = parts.findIndex((part) => whole >= part.seconds);
  const [large, small] = parts.slice(first, first + 2);
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
