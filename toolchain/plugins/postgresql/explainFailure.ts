import { DatabaseError } from "pg";

import type { ServerSession } from "./serverSession";

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
  "28P01": "The provider's username and password do not fit",
  "28000": "The server's pg_hba.conf lets nobody in who comes this way",
  "58P01": "The server's machine lacks a file, for an extension its package",
};

/** Why no connection came about, by Node.js's error code. */
const connectionFailures: Record<string, string> = {
  ECONNREFUSED: "nobody listens there (connection refused)",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
};

/** A failure in words: what the server said, with its SQLSTATE, and what to do. No statement, so no secret either. */
export function explainFailure(error: unknown, { configuration }: ServerSession): string {
  if (error instanceof DatabaseError) return explainDatabaseError(error);
  const server = `the PostgreSQL server at ${configuration.host}:${configuration.port}`;
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const reason = connectionFailures[code];
  if (reason !== undefined) return `cannot reach ${server}: ${reason}`;
  if (/timeout|terminated|SSL|certificate/i.test(`${cause.message} ${code}`))
    return `cannot reach ${server}: ${cause.message}`;
  return cause.message;
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
