import { DatabaseError } from "pg";

import type { Finding } from "../convergence/difference";
import { renderDifference } from "../convergence/renderDifference";

/** What lets somebody see or do more than is declared, and could not be closed. */
export class StillOpenError extends Error {
  override readonly name = "StillOpenError";

  /** @param openings each with why, and what to do */
  constructor(openings: readonly string[]) {
    super(
      [
        "not everything that is open could be closed, and the update goes no further. Still open:",
        ...openings,
      ].join("\n"),
    );
  }
}

/** An opening of a table that could not be closed, with why and what to do. */
export function describeOpening({ findings, error }: { findings: Finding[]; error: unknown }) {
  return [
    ...findings.map((finding) => `- ${renderDifference(finding)}`),
    `  ${messageOf(error)}`,
    isLocked(error)
      ? "  Another session keeps it locked: find it in pg_locks, end it, and run the same command again."
      : "  Put an end to what refuses it, and run the same command again.",
  ].join("\n");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** lock_not_available */
function isLocked(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "55P03";
}
