/** What the engine itself said when it refused a request; dockerode puts its own words before it. */
export function engineMessage(error: Error): string {
  const body: unknown = "json" in error ? error.json : undefined;
  const hasMessage = typeof body === "object" && body !== null && "message" in body;
  return (hasMessage ? String(body.message) : error.message).trim();
}
