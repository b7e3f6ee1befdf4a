import { describeNoAnswer } from "@hosterizer/postgres/connection/connectionFailure";
import { DatabaseError } from "pg";

/**
 * What to do where the settings that a connection is made with are those of yesterday: a refresh runs before the program, and
 * takes them from the state.
 */
const ifSettingsChanged =
  "If the connection's settings have changed since the last update, run the program before the refresh: add --run-program";

/** What a failure of PostgreSQL means to whoever deploys, and what to do, by SQLSTATE. */
const meanings: Record<string, string> = {
  "42710":
    "It exists already and is not in this stack: import it (`pulumi import`), give this one another name, or drop the other",
  "42P04":
    "It exists already and is not in this stack: import it (`pulumi import`), give this one another name, or drop the other",
  "42501": "The role that the provider connects as may not do this",
  "42704": "Something that is named here does not exist: create it first, or depend on it",
  "3D000": "There is no such database: create it first, or depend on it",
  "3F000": "There is no such schema: create it first, or depend on it",
  "42P01": "There is no such table: grants on tables come after the migrations that create them",
  "2BP01": "Other objects depend on it: remove these first",
  "55006": "Somebody is connected to it: end these sessions and try again",
  "53300":
    "The server has no connection left: raise its limit, or lower the provider's maxConnections",
  "57P03": "The server is starting up or shutting down: try again",
  "28P01": `The provider's username and password do not fit. ${ifSettingsChanged}`,
  "28000": `The role may not log in, or the server's pg_hba.conf does not let it in this way. ${ifSettingsChanged}`,
  "58P01": "The server's machine lacks a file, for an extension its package",
};

/** A failure in words: what the server said, with its SQLSTATE, and what to do. No statement, so no secret either. */
export function explainFailure(error: unknown): string {
  if (error instanceof DatabaseError) return explainDatabaseError(error);
  return error instanceof Error ? error.message : String(error);
}

function explainDatabaseError({ message, code = "", detail, hint }: DatabaseError): string {
  const meaning = meanings[code];
  return [
    `${message} (SQLSTATE ${code})`,
    ...(detail === undefined ? [] : [detail]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(meaning === undefined ? [] : [`${meaning}.`]),
  ].join("\n");
}

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
