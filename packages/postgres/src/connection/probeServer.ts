import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as startTls } from "node:tls";

import { codeOf, type TlsRefusal, tlsRefusals } from "./connectionFailure";
import { tlsOptions, type TlsSettings } from "./tlsOptions";

/**
 * `ready`: takes connections. `starting`: runs but takes no connections yet, as during recovery. `silent`: no PostgreSQL
 * server answers.
 */
type ServerAnswer = "ready" | "starting" | "silent";

// https://www.postgresql.org/docs/15/protocol-message-formats.html
const sslRequest = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);
const protocolVersion = 196_608;
const cannotConnectNow = "57P03";

/** Milliseconds for a whole probe. */
const usualTimeout = 2_000;

/**
 * Asks whether a PostgreSQL server takes connections, as pg_isready does: up to its request for a password. The server's
 * certificate does not matter, because no secret is sent. Never throws.
 *
 * A port that Docker publishes accepts connections even while nothing listens in the container, so a TCP connection alone
 * proves nothing.
 *
 * @param timeoutMs for the whole probe
 */
export async function pingServer(
  host: string,
  port: number,
  timeoutMs: number = usualTimeout,
): Promise<ServerAnswer> {
  try {
    return await withSocket(host, port, timeoutMs, async (socket, signal) => {
      const answer = await requestTls(socket, signal);
      // It speaks PostgreSQL without TLS; a client that insists on TLS is told so.
      if (answer === "N") return "ready";
      if (answer !== "S") return "silent";
      const session = startTls({ socket, rejectUnauthorized: false });
      await once(session, "secureConnect", { signal });
      session.write(startupMessage());
      return judge(await firstBytes(session, signal));
    });
  } catch {
    return "silent";
  }
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
  // A server that refuses for any other reason runs.
  return answer.includes(`\0C${cannotConnectNow}\0`) ? "starting" : "ready";
}

/**
 * Why clients that verify would not trust the certificate of the server on a port. Only the certificate is read.
 *
 * @param timeoutMs for the whole probe
 * @returns undefined if they would trust it, or if there is no certificate to judge
 * @throws AuthorityFileError if `sslrootcert` can't be used
 */
export async function probeServerCertificate(
  address: { host: string; port: number } & Pick<TlsSettings, "sslmode" | "sslrootcert">,
  timeoutMs: number = usualTimeout,
): Promise<TlsRefusal | undefined> {
  const { host, port, sslmode, sslrootcert } = address;
  if (sslmode !== "verify-full" && sslmode !== "verify-ca") return undefined;
  const verification = tlsOptions(sslmode, { sslrootcert }) || undefined;
  const names = isIP(host) === 0 ? { host, servername: host } : { host };
  try {
    await withSocket(host, port, timeoutMs, async (socket, signal) => {
      if ((await requestTls(socket, signal)) !== "S") return;
      const session = startTls({ socket, ...names, ...verification });
      await once(session, "secureConnect", { signal });
      session.destroy();
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? tlsRefusals.get(codeOf(error)) : undefined;
  }
}

/**
 * Reads who issued the certificate of the server on a port. Never throws.
 *
 * @param timeoutMs for the whole probe
 * @returns undefined if nothing listens on the port; no `issuer` if what listens is not a PostgreSQL server with TLS
 */
export async function probeCertificateIssuer(
  host: string,
  port: number,
  timeoutMs: number = usualTimeout,
): Promise<{ issuer?: string } | undefined> {
  // What a callback assigns, TypeScript does not see.
  let isConnected = false as boolean;
  try {
    return await withSocket(host, port, timeoutMs, async (socket, signal) => {
      isConnected = true;
      const answer = await requestTls(socket, signal);
      // Docker's proxy accepts connections before the server in the container runs, and closes them at once.
      if (answer === "") return undefined;
      if (answer !== "S") return {};
      const session = startTls({ socket, rejectUnauthorized: false });
      await once(session, "secureConnect", { signal });
      return { issuer: String(session.getPeerCertificate().issuer.CN) };
    });
  } catch {
    return isConnected ? {} : undefined;
  }
}

async function withSocket<T>(
  host: string,
  port: number,
  timeoutMs: number,
  run: (socket: Socket, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const socket = connect({ host, port });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await once(socket, "connect", { signal });
    return await run(socket, signal);
  } finally {
    // A socket that is destroyed while it connects emits one more error.
    socket.on("error", () => undefined).destroy();
  }
}

/** Sends SSLRequest. A server of PostgreSQL answers `S` if it has TLS, else `N`; empty: the connection was closed. */
function requestTls(socket: Socket, signal: AbortSignal): Promise<string> {
  socket.write(sslRequest);
  return firstBytes(socket, signal);
}

/** Empty if the connection is closed before anything arrives. */
async function firstBytes(socket: Socket, signal: AbortSignal): Promise<string> {
  const [bytes] = (await Promise.race([
    once(socket, "data", { signal }),
    once(socket, "close", { signal }).then(() => [Buffer.alloc(0)]),
  ])) as [Buffer];
  return bytes.toString("latin1");
}
