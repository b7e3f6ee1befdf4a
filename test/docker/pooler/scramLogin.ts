import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { connect as connectTcp } from "node:net";
import type { TLSSocket } from "node:tls";

import { startTls } from "./startTls";

/**
 * Tries to log in with a password that drivers refuse to send, such as an empty one. Returns the type and the text of the
 * last message: `R` with a zero is a login, `E` a refusal.
 *
 * https://www.postgresql.org/docs/15/sasl-authentication.html
 */
export async function scramLogin(
  { host, port, ca }: { host: string; port: number; ca: string },
  { user, database, password }: { user: string; database: string; password: string },
): Promise<{ type: string; text: string }> {
  const tcp = connectTcp(port, host);
  const socket = await startTls(tcp, host, ca);
  try {
    const messages = readMessages(socket);
    const next = async () => (await messages.next()).value ?? { type: "", body: Buffer.alloc(0) };
    socket.write(
      packet("", Buffer.concat([word(196608), text("user", user, "database", database, "")])),
    );
    const offered = await next();
    if (offered.type !== "R" || offered.body.readInt32BE(0) !== 10) return told(offered);

    const nonce = randomBytes(18).toString("base64");
    const bare = `n=,r=${nonce}`;
    const first = Buffer.from(`n,,${bare}`);
    const begin = Buffer.concat([text("SCRAM-SHA-256"), word(first.length), first]);
    socket.write(packet("p", begin));
    const challenge = await next();
    if (challenge.type !== "R" || challenge.body.readInt32BE(0) !== 11) return told(challenge);

    const server = challenge.body.subarray(4).toString();
    const part = (key: string) => new RegExp(`(?:^|,)${key}=([^,]*)`).exec(server)?.[1] ?? "";
    const salt = Buffer.from(part("s"), "base64");
    const salted = pbkdf2Sync(password, salt, Number(part("i")), 32, "sha256");
    const hmac = (key: Buffer, of: string) => createHmac("sha256", key).update(of).digest();
    const clientKey = hmac(salted, "Client Key");
    const stored = createHash("sha256").update(clientKey).digest();
    const final = `c=biws,r=${part("r")}`;
    const signature = hmac(stored, `${bare},${server},${final}`);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    socket.write(packet("p", Buffer.from(`${final},p=${Buffer.from(proof).toString("base64")}`)));
    const answer = await next();
    // 12 is the server's own proof; the result comes after it.
    if (answer.type === "R" && answer.body.readInt32BE(0) === 12) return told(await next());
    return told(answer);
  } finally {
    socket.destroy();
  }
}

async function* readMessages(socket: TLSSocket) {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = rest.readInt32BE(1) + 1;
      yield { type: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(5, end) };
      rest = rest.subarray(end);
    }
  }
}

function told({ type, body }: { type: string; body: Buffer }) {
  return { type, text: body.toString("latin1").replaceAll("\0", " ").trim() };
}

function packet(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), word(body.length + 4), body]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(...parts: string[]): Buffer {
  return Buffer.from(parts.map((part) => `${part}\0`).join(""));
}
