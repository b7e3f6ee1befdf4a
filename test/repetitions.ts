/**
 * How often a test of chance tries: an eighth of the times in a run of everything, whose chances are new each time, and all of
 * them with HOSTERIZER_TESTS=thorough.
 */
export function repetitions(thorough: number): number {
  return process.env["HOSTERIZER_TESTS"] === "thorough" ? thorough : Math.ceil(thorough / 8);
}

/** As many of the cases of such a test, chosen at random. */
export function someOf<T>(cases: readonly T[]): T[] {
  return cases
    .map((each) => ({ each, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .slice(0, repetitions(cases.length))
    .map(({ each }) => each);
}
