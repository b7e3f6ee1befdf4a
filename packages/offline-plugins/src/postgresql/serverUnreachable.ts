import { describeNoAnswer } from "@hosterizer/postgres/connection/connectionFailure";

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

function reason(cause: unknown): string {
  const described = describeNoAnswer(cause);
  if (described !== undefined) return described;
  // A name with several addresses fails once for each of them; the first is enough.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message : String(first);
}
