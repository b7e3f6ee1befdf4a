import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as startTls } from "node:tls";

import { sslRequest } from "./sslRequest";

/** `ready`: takes connections. `starting`: is up and does not take any yet, as in recovery. `silent`: nobody who speaks PostgreSQL. */
export type ServerAnswer = "ready" | "starting" | "silent";

// https://www.postgresql.org/docs/15/protocol-message-formats.html
const protocolVersion = 196_608;
const cannotConnectNow = "57P03";

/**
 * Asks whether a PostgreSQL server takes connections, as pg_isready does: without a password, up to the server's question
 * for one. Whose certificate it has is of no matter, because nothing is told. Never throws.
 *
 * A port that Docker publishes takes connections also while nobody listens in the container, so that a connection alone
 * says nothing.
 *
 * @param patience Milliseconds for all of it.
 */
export async function pingServer(
  host: string,
  port: number,
  patience: number = 2_000,
): Promise<ServerAnswer> {
  const socket = connect({ host, port });
  const signal = AbortSignal.timeout(patience);
  try {
    await once(socket, "connect", { signal });
    socket.write(sslRequest);
    const willing = await firstBytes(socket, signal);
    // It speaks PostgreSQL, and the next one who wants TLS is told that there is none.
    if (willing === "N") return "ready";
    if (willing !== "S") return "silent";
    const session = startTls({ socket, rejectUnauthorized: false });
    await once(session, "secureConnect", { signal });
    session.write(startupMessage());
    return judge(await firstBytes(session, signal));
  } catch {
    return "silent";
  } finally {
    // Destroyed while it connects, it has one more error to tell.
    socket.on("error", () => undefined).destroy();
  }
}

async function firstBytes(socket: Socket, signal: AbortSignal): Promise<string> {
  // A connection that ends has no data event to wait for.
  const ended = new AbortController();
  socket.once("close", () => {
    ended.abort();
  });
  const [bytes] = (await once(socket, "data", {
    signal: AbortSignal.any([signal, ended.signal]),
  })) as [Buffer];
  return bytes.toString("latin1");
}

function startupMessage(): Buffer {
  const fields = Buffer.from("user\0postgres\0database\0postgres\0\0");
  const message = Buffer.alloc(8 + fields.length);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(protocolVersion, 4);
  fields.copy(message, 8);
  return message;
}

function judge(answer: string): ServerAnswer {
  if (answer.startsWith("R")) return "ready";
  if (!answer.startsWith("E")) return "silent";
  // Whatever else it refuses, it does so because it is up.
  return answer.includes(`\0C${cannotConnectNow}\0`) ? "starting" : "ready";
}
