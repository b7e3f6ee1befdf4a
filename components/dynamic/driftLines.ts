import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { renderDifference } from "@hosterizer/postgres/convergence/renderDifference";

/**
 * Differences as the input `drift` of a resource: lines for people.
 *
 * `npm run drift -- --json` asks for data instead, by the environment: inputs are all that a preview tells, and nothing of
 * a preview is kept.
 */
export function driftLines(differences: readonly Difference[]): string[] {
  if (process.env["HOSTERIZER_DRIFT"] !== "json") return differences.map(renderDifference);
  return differences.map(({ kind, object, expected, actual, repair, reason }) =>
    JSON.stringify({ kind, object, expected, actual, repair, reason }),
  );
}
