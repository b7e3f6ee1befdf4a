import { renderDifference } from "@hosterizer/postgres/convergence/renderDifference";
import { CommandError } from "../../commandError";
import type { DriftReport } from "../../drift/driftReport";

/** @throws CommandError with every difference of a stack, or with why there is no knowing */
export function requireNoDrift(
  { stack, status, differences, error = "" }: DriftReport,
  remedy: string,
): void {
  if (status === "clean") return;
  if (status === "broken") {
    throw new CommandError(`Stack ${stack} cannot be compared: ${error}`, remedy);
  }
  const lines = differences.map((found) => `  ${renderDifference(found)}`);
  throw new CommandError(`Stack ${stack} has drifted:\n${lines.join("\n")}`, remedy);
}
