import type { Difference } from "./difference";

/** A difference as the one line that a preview shows. */
export function renderDifference(difference: Difference): string {
  return `${describeDifference(difference)}${consequence[difference.repair]}`;
}

/** The same line without what `up` does about the difference. */
export function describeDifference({ object, expected, actual, reason }: Difference): string {
  return `${object}${departure(expected, actual)}${reason === undefined ? "" : `: ${reason}`}`;
}

function departure(expected: string | null, actual: string | null): string {
  if (actual === null) return ` is missing${expected === null ? "" : `, expected ${expected}`}`;
  if (expected === null) return ` is not declared, found ${actual}`;
  return `: found ${actual}, expected ${expected}`;
}

const consequence = {
  automatic: "",
  refused: " (up refuses)",
  none: " (up leaves it)",
} as const;
