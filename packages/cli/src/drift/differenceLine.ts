import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { describeDifference } from "@hosterizer/postgres/convergence/renderDifference";

const ellipsis = "…";

/** A value or a reason shortened to less than this says nothing. */
const shortest = 16;

/**
 * A difference as one line of at most `width` columns. What is too long is shortened: the reason first, or left out, then what
 * is expected, then what is there.
 */
export function differenceLine(difference: Difference, width: number): string {
  const whole = onOneLine(difference);
  if (describe(whole).length <= width) return describe(whole);
  const { reason, ...rest } = whole;
  const left = width - describe({ ...rest, reason: "" }).length;
  if (reason !== undefined && left >= shortest)
    return describe({ ...rest, reason: cut(reason, left) });

  const { expected, actual } = rest;
  const lengths = { expected: expected?.length ?? 0, actual: actual?.length ?? 0 };
  const room = width - (describe(rest).length - lengths.expected - lengths.actual);
  // What is there matters more than what was expected, as long as both say something.
  const isActualWhole = lengths.actual + Math.min(lengths.expected, shortest) <= room;
  const share = Math.max(shortest, Math.floor(room / 2));
  const shortened = {
    ...rest,
    expected: expected && cut(expected, isActualWhole ? room - lengths.actual : share),
    actual:
      actual &&
      cut(actual, isActualWhole ? lengths.actual : Math.max(share, room - lengths.expected)),
  };
  return cut(describe(shortened), width);
}

/** A text on one line, no longer than `width`. */
export function cut(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= width
    ? line
    : `${line.slice(0, Math.max(width - 1, 0)).trimEnd()}${ellipsis}`;
}

function onOneLine({ object, expected, actual, reason, ...rest }: Difference): Difference {
  return {
    ...rest,
    object: cut(object, Infinity),
    expected: expected === null ? null : cut(expected, Infinity),
    actual: actual === null ? null : cut(actual, Infinity),
    ...(reason === undefined ? {} : { reason: cut(reason, Infinity) }),
  };
}

function describe(difference: Difference): string {
  const { kind, object, actual } = difference;
  switch (kind) {
    // A resource of a type unknown here, which tells no more than what an update would do with it.
    case "resource":
    case "not looked at yet":
      return `${object}: ${actual ?? ""}`;
    case "other":
      return object;
    default:
      return describeDifference(difference);
  }
}
