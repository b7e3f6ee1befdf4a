import type { DriftCase } from "./driftCase";

/** Whether a line shows this case. */
export function matches({ says }: Pick<DriftCase<unknown>, "says">, line: string): boolean {
  return typeof says === "string" ? line.includes(says) : says.test(line);
}
