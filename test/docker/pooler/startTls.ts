import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";

/**
 * Requests TLS from a server with PostgreSQL's protocol, and starts it.
 *
 * @param tcp a socket to the server, connecting or connected
 * @throws if the connection ends before that
 */
export async function startTls(tcp: Socket, host: string, ca: string): Promise<TLSSocket> {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(80877103, 4);
  tcp.write(request);
  await first(tcp, "data");
  const socket = connect({ socket: tcp, host, ca });
  await first(socket, "secureConnect");
  return socket;
}

function first(socket: Socket, event: "data" | "secureConnect"): Promise<unknown> {
  return new Promise((done, fail) => {
    socket.once(event, done).once("error", fail);
    socket.once("close", () => {
      fail(new Error(`closed before ${event}`));
    });
  });
}
