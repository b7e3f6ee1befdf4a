import { engineMessage } from "@hosterizer/docker-engine/engineResponses";
import { statusOf } from "./statusOf";

/**
 * A failure in words: what the engine said, with its HTTP status. An engine that cannot be reached says for itself where it
 * was looked for and what to do.
 */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  return status === undefined ? error.message : `Docker: ${engineMessage(error)} (HTTP ${status})`;
}
