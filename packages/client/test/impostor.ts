import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** What a program that has taken a server's port answers to a login. */
export type Ruse = "cleartext" | "md5" | "trust" | "ready at once" | "unproven scram" | "early ok";

/** Every way in which it may try. */
export const ruses: readonly Ruse[] = [
  "cleartext",
  "md5",
  "trust",
  "ready at once",
  "unproven scram",
  "early ok",
];

/** A program on a port where clients expect their PostgreSQL server. */
export interface Impostor {
  port: number;
  /** What clients have sent after their user's name, a message each: its type and its content. */
  received: string[];
  stop: () => Promise<void>;
}

/** Listens as another user's program would, which knows no password. Without TLS. */
export async function startImpostor(ruse: Ruse, port = 0): Promise<Impostor> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    serve(socket, ruse, received);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, received, stop };
}

function serve(socket: Socket, ruse: Ruse, received: string[]): void {
  let rest = Buffer.alloc(0);
  let started = false;
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const header = started ? 5 : 4;
      if (rest.length < header) return;
      const end = rest.readUInt32BE(header - 4) + header - 4;
      if (rest.length < end) return;
      const message = rest.subarray(0, end);
      rest = rest.subarray(end);
      if (started) {
        received.push(`${message.toString("latin1", 0, 1)} ${message.toString("latin1", 5)}`);
        socket.write(answerTo(message, ruse));
      } else if (message.readUInt32BE(4) === sslRequest) {
        socket.write("N");
      } else {
        started = true;
        socket.write(openings[ruse]());
      }
    }
  });
}

// https://www.postgresql.org/docs/15/protocol-message-formats.html
const sslRequest = 80_877_103;

function message(type: string, content: Uint8Array | string = ""): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function authentication(kind: number, content: Uint8Array | string = ""): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(kind);
  return message("R", Buffer.concat([number, Buffer.from(content)]));
}

const ready = message("Z", "I");
const loggedIn = Buffer.concat([authentication(0), ready]);
const scram = authentication(10, "SCRAM-SHA-256\0\0");

const openings: Readonly<Record<Ruse, () => Buffer>> = {
  cleartext: () => authentication(3),
  md5: () => authentication(5, randomBytes(4)),
  trust: () => loggedIn,
  "ready at once": () => ready,
  "unproven scram": () => scram,
  "early ok": () => scram,
};

/** Lets everyone in, and answers every statement with nothing. */
function answerTo(sent: Buffer, ruse: Ruse): Buffer {
  if (sent.toString("latin1", 0, 1) !== "p") {
    return Buffer.concat([message("C", "SELECT 0\0"), ready]);
  }
  const nonce = /r=([^,\0]+)/.exec(sent.toString("latin1"))?.[1];
  if (nonce === undefined || ruse === "early ok") return loggedIn;
  if (sent.includes(",p=")) {
    const signature = randomBytes(32).toString("base64");
    return Buffer.concat([authentication(12, `v=${signature}`), loggedIn]);
  }
  const salt = randomBytes(16).toString("base64");
  return authentication(11, `r=${nonce}impostor,s=${salt},i=4096`);
}
