import { describeNoAnswer } from "@hosterizer/postgres/connection/connectionFailure";
import { DatabaseError } from "pg";

/** Describes a failure: the server's message with its SQLSTATE, and what to do. It quotes no statement, which could hold secrets. */
export function explainFailure(error: unknown): string {
  if (error instanceof DatabaseError) return explainDatabaseError(error);
  return error instanceof Error ? error.message : String(error);
}

function explainDatabaseError({ message, code = "", detail, hint }: DatabaseError): string {
  const explanation = explanations[code];
  return [
    `${message} (SQLSTATE ${code})`,
    ...(detail === undefined ? [] : [detail]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(explanation === undefined ? [] : [`${explanation}.`]),
  ].join("\n");
}

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
  // A name with several addresses fails once for each; the first error is enough.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message : String(first);
}

/** What to do if the connection's settings are outdated: a refresh runs before the program and takes them from the state. */
const ifSettingsChanged =
  "If the connection's settings have changed since the last update, run the program before the refresh: add --run-program";

/** What to tell the user about a PostgreSQL error, by SQLSTATE. */
const explanations: Record<string, string> = {
  "42710":
    "It already exists and is not in this stack: import it (`pulumi import`), rename this one, or drop the other",
  "42P04":
    "It already exists and is not in this stack: import it (`pulumi import`), rename this one, or drop the other",
  "42501": "The role that the provider connects as may not do this",
  "42704": "An object that is named here does not exist: create it first, or depend on it",
  "3D000": "The database does not exist: create it first, or depend on it",
  "3F000": "The schema does not exist: create it first, or depend on it",
  "42P01": "The table does not exist: grants on tables come after the migrations that create them",
  "2BP01": "Other objects depend on it: remove them first",
  "55006": "Other sessions are using it: end them and try again",
  "53300":
    "The server is out of connections: raise its limit, or lower the provider's maxConnections",
  "57P03": "The server is starting up or shutting down: try again",
  "28P01": `The provider's username or password is wrong. ${ifSettingsChanged}`,
  "28000": `The role lacks LOGIN, or the server's pg_hba.conf rejects this connection. ${ifSettingsChanged}`,
  "58P01": "The server's machine lacks a file: for an extension, install its package",
};
