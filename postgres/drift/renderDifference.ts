import type { Difference } from "./difference";

/** A difference as the one line that a preview shows. */
export function renderDifference(difference: Difference): string {
  const { object, expected, actual, reason, repair } = difference;
  return [
    `${object}${departure(expected, actual)}`,
    ...(reason === undefined ? [] : [`: ${reason}`]),
    consequence[repair],
  ].join("");
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
