import { DatabaseError } from "pg";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { AuthorityFileError } from "@hosterizer/postgres/connection/tlsOptions";
import {
  codeOf,
  describeNoAnswer,
  describeRefusal,
  lacksTls,
  tlsRefusals,
} from "@hosterizer/postgres/connection/connectionFailure";
import { UserError } from "@hosterizer/postgres/userError";
import { startsServer } from "./configuration";
import type { StackAccess } from "./stackAccess";

/** What is wrong, and what an operator can do about it. */
interface Explanation {
  fault: string;
  remedy: string;
}

/**
 * Runs something that talks to a stack's server, and explains why the server could not be used.
 *
 * @throws UserError for failures that an operator can do something about; every other error as it is
 */
export async function explainRefusal<T>(
  { stack }: StackAccess,
  connection: Connection,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await run(connection);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const explained =
      explainTls(error, connection, stack) ??
      explainUnreachable(error, connection, stack) ??
      explainState(error, connection, stack);
    if (explained === undefined) throw error;
    throw new UserError(explained.fault, explained.remedy, { cause: error });
  }
}

/** Why the client did not trust the server; undefined if something else failed. */
function explainTls(error: Error, to: Connection, stack: string): Explanation | undefined {
  const up = `\`${npmCommand("up", [], stack)}\``;
  const { sslmode = "disable" } = to;
  if (error instanceof AuthorityFileError) {
    const remedy = `${up} writes it. If the authority is your own, put its certificate there.`;
    return { fault: error.fault, remedy };
  }
  if (lacksTls(error)) {
    return {
      fault: `The server at ${addressOf(to)} does not support TLS, but the stack requires it (sslmode ${sslmode}): it may be another server.`,
      remedy: seeDrift(stack),
    };
  }
  const refusal = tlsRefusals.get(codeOf(error));
  if (refusal === undefined) return undefined;
  const fault = `The certificate of the server at ${addressOf(to)} ${describeRefusal(refusal, to)}.`;
  if (refusal === "not valid yet") return { fault, remedy: "Correct the clock that is wrong." };
  return { fault, remedy: `${up} issues a new one, if the stack issued this one.` };
}

function explainUnreachable(error: Error, to: Connection, stack: string): Explanation | undefined {
  if (describeNoAnswer(error) === undefined) return undefined;
  return {
    fault: `No PostgreSQL server answers at ${addressOf(to)}.`,
    remedy: startsServer(stack)
      ? `\`${npmCommand("up", [], stack)}\` starts it.`
      : "This project does not manage it: check its log, and whether a firewall blocks the connection.",
  };
}

/** Why the server refused a session, by SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html. */
function explainState(error: Error, to: Connection, stack: string): Explanation | undefined {
  const server = `The server at ${addressOf(to)}`;
  switch (codeOf(error)) {
    case "57P03":
      return {
        fault: `${server} is starting, stopping or recovering: it accepts no connections.`,
        remedy:
          "Try again in a moment. Recovery after a crash can take minutes; the server's log shows its progress.",
      };
    case "53300":
      return {
        fault: `${server} has no connection left for ${to.user}.`,
        remedy:
          "Stop an application that holds many, or connect as a superuser: some connections are reserved for superusers.",
      };
    case "28P01":
    case "28000":
      return { fault: `${server} rejects the login of ${to.user}.`, remedy: seeDrift(stack) };
    case "3D000":
      return { fault: `${server} has no database ${to.database}.`, remedy: seeDrift(stack) };
    case "42501":
      return {
        fault: isOfLogin(error)
          ? `${to.user} may not connect to ${to.database} at ${addressOf(to)}.`
          : `${server} denies ${to.user} what the command needs: ${error.message}.`,
        remedy: seeDrift(stack),
      };
    default:
      return undefined;
  }
}

/** Whether the server refused the session itself, not a statement: it names the file of its source that does so. */
function isOfLogin(error: Error): boolean {
  return error instanceof DatabaseError && error.file === "postinit.c";
}

function addressOf({ host, port }: Connection): string {
  return `${host}:${port}`;
}

function seeDrift(stack: string): string {
  return `\`npm run drift -- --stack ${stack}\` shows what differs from the stack.`;
}
