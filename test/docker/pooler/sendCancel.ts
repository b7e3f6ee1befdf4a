import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { startTls } from "./startTls";

/** What a client sends to cancel: the session's number and its secret. */
export interface CancelKey {
  processID: number;
  secretKey: number;
}

/** How a cancel request is sent; drivers and networks differ. */
export interface CancelManner {
  /** Whether the request goes over TLS. libpq before version 17 never does that, lib/pq and postgres.js do. */
  tls: boolean;
  /** What the client does with its connection once it has sent the request. */
  then: "waits for the end" | "ends at once" | "resets at once" | "keeps its half open";
}

/** All manners that the tests try. */
export const cancelManners: readonly CancelManner[] = [true, false].flatMap((tls) =>
  (["waits for the end", "ends at once", "resets at once", "keeps its half open"] as const).map(
    (then) => ({ tls, then }),
  ),
);

/**
 * Sends a cancel request for a session, as a driver would. The protocol has no answer; a connection that the pooler closes
 * before the request arrives is ignored as well.
 *
 * https://www.postgresql.org/docs/15/protocol-flow.html#id-1.10.6.7.10
 */
export async function sendCancel(
  { host, port, ca }: { host: string; port: number; ca: string },
  { processID, secretKey }: CancelKey,
  { tls, then }: CancelManner,
): Promise<void> {
  const tcp = connectTcp({ port, host, allowHalfOpen: then === "keeps its half open" });
  tcp.on("error", () => undefined);
  try {
    await once(tcp, "connect");
    const socket: Socket = tls ? await startTls(tcp, host, ca) : tcp;
    socket.on("error", () => undefined);
    const request = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((word, index) =>
      request.writeInt32BE(word, 4 * index),
    );
    await new Promise((sent) => socket.write(request, sent));
    if (then === "resets at once") tcp.resetAndDestroy();
    if (then === "ends at once") socket.end();
    if (then === "waits for the end") await Promise.race([once(socket, "close"), sleep(5_000)]);
    // The pooler closed its side long ago.
    if (then === "keeps its half open") await sleep(300);
  } catch {
    // Refused or disconnected: the protocol does not report it.
  } finally {
    tcp.destroy();
  }
}
