import type { Connection } from "@hosterizer/postgres/connection/connection";
import { describeNoAnswer } from "@hosterizer/postgres/connection/connectionFailure";
import { CommandError } from "../../commandError";
import type { StackAccess } from "./stackAccess";
import { isOurs } from "./isOurs";
import { tlsFault } from "./tlsFault";
import { upCommand } from "./upCommand";

/**
 * Runs what talks to the server of a stack, and says in words why it could not.
 *
 * @throws CommandError for what an operator can do something about; everything else as it is
 */
export async function explainRefusal<T>(
  { stack }: StackAccess,
  connection: Connection,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await run(connection);
  } catch (error) {
    throw refusalOf(error, connection, stack) ?? error;
  }
}

function refusalOf(error: unknown, to: Connection, stack: string): CommandError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  const address = `${to.host}:${to.port}`;
  const differs = `\`npm run drift -- --stack ${stack}\` shows what differs from the stack.`;
  const explain = (fault: string, remedy: string) =>
    new CommandError(fault, remedy, { cause: error });

  const distrust = tlsFault(error, to, stack);
  if (distrust !== undefined) return explain(distrust.fault, distrust.remedy);
  if (describeNoAnswer(error) !== undefined) {
    const remedy = isOurs(stack)
      ? `\`${upCommand(stack)}\` starts it.`
      : "It is not this project's to start; its log says why, or the way to it is closed.";
    return explain(`No PostgreSQL server answers at ${address}.`, remedy);
  }
  // SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html.
  switch (code) {
    case "57P03":
      return explain(
        `The server at ${address} is starting, stopping or recovering: it takes no connections.`,
        "Try again in a moment. After a crash, recovery can take minutes; its log says how far it is.",
      );
    case "53300":
      return explain(
        `The server at ${address} has no connection left for ${to.user}.`,
        "Stop an application that holds many, or connect as a superuser: some connections are kept for that.",
      );
    case "28P01":
    case "28000":
      return explain(`The server at ${address} does not let ${to.user} in.`, differs);
    case "3D000":
      return explain(`The server at ${address} has no database ${to.database}.`, differs);
    case "42501":
      return explain(`${to.user} may not connect to ${to.database} at ${address}.`, differs);
    default:
      return undefined;
  }
}
