import { AuthorityFileError } from "@hosterizer/postgres/connection/tlsOptions";
import {
  codeOf,
  describeRefusal,
  lacksTls,
  tlsRefusals,
} from "@hosterizer/postgres/connection/connectionFailure";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { upCommand } from "./upCommand";

/** What is wrong, and what an operator can do about it. */
export interface Fault {
  fault: string;
  remedy: string;
}

/** Why a client did not trust the server of a stack; undefined if that is not what failed. */
export function tlsFault(error: Error, to: Connection, stack: string): Fault | undefined {
  const up = `\`${upCommand(stack)}\``;
  const { sslmode = "disable" } = to;
  if (error instanceof AuthorityFileError) {
    const remedy = `${up} writes it. Where the authority is your own, put its certificate there.`;
    return { fault: error.fault, remedy };
  }
  if (lacksTls(error)) {
    return {
      fault: `The server at ${to.host}:${to.port} speaks no TLS, and the stack asks for it (sslmode ${sslmode}): it may be another server.`,
      remedy: `\`npm run drift -- --stack ${stack}\` shows what differs from the stack.`,
    };
  }
  const refusal = tlsRefusals.get(codeOf(error));
  if (refusal === undefined) return undefined;
  const fault = `The certificate of the server at ${to.host}:${to.port} ${describeRefusal(refusal, to)}.`;
  if (refusal === "not valid yet") return { fault, remedy: "Set the clock that is wrong." };
  return { fault, remedy: `${up} issues a new one, where the stack has issued this one.` };
}
