/**
 * How often a test of chance tries: an eighth of the times in a run of everything, whose chances are new each time, and all of
 * them with HOSTERIZER_TESTS=thorough.
 */
export function repetitions(thorough: number): number {
  return process.env["HOSTERIZER_TESTS"] === "thorough" ? thorough : Math.ceil(thorough / 8);
}
