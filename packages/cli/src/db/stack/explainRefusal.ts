import type { Connection } from "@hosterizer/postgres/connection/connection";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { AuthorityFileError } from "@hosterizer/postgres/connection/tlsOptions";
import { type TlsRefusal, tlsRefusals } from "@hosterizer/postgres/connection/connectionFailure";
import { UserError } from "@hosterizer/postgres/userError";
import { startsServer } from "./configuration";
import type { StackAccess } from "./stackAccess";

/** The operating system's codes for a server that cannot be reached. */
const unreachable: readonly string[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
];

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
  // node-postgres gives this error no code.
  if (codeOf(error) === "" && error.message === "The server does not support SSL connections") {
    return {
      fault: `The server at ${addressOf(to)} speaks no TLS, but the stack requires it (sslmode ${sslmode}): it may be another server.`,
      remedy: seeDrift(stack),
    };
  }
  const refusal = tlsRefusals.get(codeOf(error));
  if (refusal === undefined) return undefined;
  const fault = `The certificate of the server at ${addressOf(to)} ${certificateFaults[refusal](to)}.`;
  if (refusal === "not valid yet") return { fault, remedy: "Set the clock that is wrong." };
  return { fault, remedy: `${up} issues a new one, if the stack issued this one.` };
}

const certificateFaults: Readonly<Record<TlsRefusal, (to: Connection) => string>> = {
  expired: () => "has expired",
  "not valid yet": () => "is not valid yet, by the clock of this machine",
  "other host": ({ host }) => `is not made out to ${host}: it may be another server`,
  "other purpose": () => "is not for servers",
  "authority unknown": ({ sslrootcert }) => {
    const authority =
      sslrootcert === undefined ? "an authority of this machine's" : `the one in ${sslrootcert}`;
    return `is not signed by ${authority}: it may be another server`;
  },
};

function explainUnreachable(error: Error, to: Connection, stack: string): Explanation | undefined {
  const code = codeOf(error);
  // node-postgres gives its own time-out no code.
  const isTimeout = code === "" && error.message === "timeout expired";
  if (!unreachable.includes(code) && !isTimeout) return undefined;
  return {
    fault: `No PostgreSQL server answers at ${addressOf(to)}.`,
    remedy: startsServer(stack)
      ? `\`${npmCommand("up", [], stack)}\` starts it.`
      : "This project does not run it: see its log, or whether a firewall blocks the connection.",
  };
}

/** Why the server refused a session, by SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html. */
function explainState(error: Error, to: Connection, stack: string): Explanation | undefined {
  const server = `The server at ${addressOf(to)}`;
  switch (codeOf(error)) {
    case "57P03":
      return {
        fault: `${server} is starting, stopping or recovering: it takes no connections.`,
        remedy:
          "Try again in a moment. Recovery after a crash can take minutes; the server's log shows its progress.",
      };
    case "53300":
      return {
        fault: `${server} has no connection left for ${to.user}.`,
        remedy:
          "Stop an application that holds many, or connect as a superuser: some connections are reserved for that.",
      };
    case "28P01":
    case "28000":
      return { fault: `${server} does not let ${to.user} in.`, remedy: seeDrift(stack) };
    case "3D000":
      return { fault: `${server} has no database ${to.database}.`, remedy: seeDrift(stack) };
    case "42501":
      return {
        fault: `${to.user} may not connect to ${to.database} at ${addressOf(to)}.`,
        remedy: seeDrift(stack),
      };
    default:
      return undefined;
  }
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

function addressOf({ host, port }: Connection): string {
  return `${host}:${port}`;
}

function seeDrift(stack: string): string {
  return `\`npm run drift -- --stack ${stack}\` shows what differs from the stack.`;
}
