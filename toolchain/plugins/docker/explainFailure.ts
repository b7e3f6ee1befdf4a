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

/** What the engine itself said; dockerode puts its own words before it. */
export function engineMessage(error: Error): string {
  const body: unknown = "json" in error ? error.json : undefined;
  const hasMessage = typeof body === "object" && body !== null && "message" in body;
  return (hasMessage ? String(body.message) : error.message).trim();
}
