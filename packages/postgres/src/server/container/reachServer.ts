import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";

import { type Connection, openClient } from "../../connection/connection";
import {
  codeOf,
  describeNoAnswer,
  lacksTls,
  tlsRefusals,
} from "../../connection/connectionFailure";
import { AuthorityFileError } from "../../connection/tlsOptions";

/** Between two attempts to reach a server that may be starting. */
const pauseMs = 500;

/**
 * Opens a session, passes it to `run`, and closes it in any case.
 *
 * @param timeoutMs how long to wait for a server that does not answer yet
 * @throws ServerUnreachable if no session can be opened; errors of `run` as they are
 */
export async function reachServer<T>(
  connection: Connection,
  purpose: string,
  timeoutMs: number,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await open(connection, purpose, Date.now() + timeoutMs);
  try {
    return await run(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function open(connection: Connection, purpose: string, deadline: number): Promise<Client> {
  for (;;) {
    try {
      return await openClient(connection, purpose);
    } catch (error) {
      const unreachable = new ServerUnreachable(connection, error);
      if (!unreachable.isTransient || Date.now() + pauseMs > deadline) throw unreachable;
      await sleep(pauseMs);
    }
  }
}

/** A server in a container takes no queries, and what to do about it. Shown without a stack. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  /** Why, in half a line. */
  readonly fault: string;
  /** Whether a later attempt may succeed: the server is starting, or about to. */
  readonly isTransient: boolean;

  constructor(connection: Connection, cause: unknown) {
    const { fault, remedy, isTransient = false } = explain(connection, cause as Error);
    super(`server ${connection.host}:${connection.port}: ${fault}.\n${remedy}.`, { cause });
    this.fault = fault;
    this.isTransient = isTransient;
  }
}

interface Explanation {
  fault: string;
  remedy: string;
  isTransient?: boolean;
}

function explain({ host, port, user, sslrootcert = "" }: Connection, cause: Error): Explanation {
  const code = codeOf(cause);
  const { message } = cause;
  const look = `See what listens on ${host}:${port}, and the log of the server's container: docker logs`;
  if (code === "28P01")
    return {
      fault: `it refuses the password of ${user}, so it belongs to another stack, or was created with another state`,
      remedy: `${look}; restore the stack's state, or give the stack another hosterizer-database:port`,
    };
  if (code === "28000")
    return { fault: `it rejects the login of ${user} (${message})`, remedy: look };
  if (cause instanceof AuthorityFileError)
    return { fault: withoutStop(cause.fault), remedy: withoutStop(cause.remedy) };
  if (tlsRefusals.get(code) === "other host")
    return {
      fault: `its certificate is for another name (${message})`,
      remedy: "Set hosterizer-database:host to the name that clients use",
    };
  if (tlsRefusals.has(code) || code === notPem)
    return {
      fault: `its certificate fails verification against ${sslrootcert} (${message})`,
      remedy: `It may be another stack's server. ${look}`,
    };
  if (lacksTls(cause)) return { fault: "it does not support TLS", remedy: look };
  const reason = describeNoAnswer(cause) ?? (message || code);
  return { fault: `it does not answer (${reason})`, remedy: look, isTransient: true };
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

/** https://docs.openssl.org/3.0/man3/PEM_read_bio_PrivateKey/ */
const notPem = "ERR_OSSL_PEM_NO_START_LINE";
