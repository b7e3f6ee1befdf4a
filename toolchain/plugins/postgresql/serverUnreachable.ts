/** Why no connection came about, by Node.js's error code. */
const reasons: Record<string, string> = {
  ECONNREFUSED: "nobody listens there (connection refused)",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  ECONNRESET: "the connection was cut",
};

/** No connection to the server came about. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";

  constructor(host: string, port: number, cause: unknown) {
    super(`cannot reach the PostgreSQL server at ${host}:${port}: ${reason(cause)}`, { cause });
  }
}

/** A name with several addresses fails once for each of them; the first says enough. */
function reason(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return String(first);
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  return reasons[code] ?? first.message;
}
