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

/**
 * What to do where the settings that a connection is made with are those of yesterday: a refresh runs before the program, and
 * takes them from the state.
 */
export const ifSettingsChanged =
  "If the connection's settings have changed since the last update, run the program before the refresh: add --run-program";

/** No connection to the server came about. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";

  constructor(host: string, port: number, cause: unknown) {
    const fault = `cannot reach the PostgreSQL server at ${host}:${port}: ${reason(cause)}`;
    super(`${fault}\n${ifSettingsChanged}.`, { cause });
  }
}

/** A name with several addresses fails once for each of them; the first says enough. */
function reason(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return String(first);
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  return reasons[code] ?? first.message;
}
