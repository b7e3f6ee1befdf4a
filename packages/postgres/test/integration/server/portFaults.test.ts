import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

import { afterEach, expect, test } from "vitest";

import { issueCertificate, makeAuthority } from "../../../src/tls/certificates";
import { publishedPortFaults } from "../../../src/server/portFaults";
import { freePort } from "../freePort";

const ours = "hosterizer-dev certificate authority";
const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

test("a port that nothing listens on is free", async () => {
  expect(await faultsOf(await freePort())).toEqual([]);
});

test("a port that the stack's own server listens on is no fault", async () => {
  expect(await faultsOf(await listen(await speakTls(ours)))).toEqual([]);
});

test("a port that Docker holds for a server that does not run yet is free", async () => {
  expect(await faultsOf(await listen((socket) => socket.end()))).toEqual([]);
});

test.each([
  ["another stack's server", async () => await speakTls("hosterizer-other certificate authority")],
  ["a server without TLS", () => (socket: Socket) => socket.write("N")],
  ["a program that says nothing", () => () => undefined],
  ["a program of another kind", () => (socket: Socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n")],
])("a port of %s is taken", async (_who, behave) => {
  const port = await listen(await behave());
  expect(await faultsOf(port)).toEqual([
    `hosterizer-database:poolerPort in Pulumi.dev.yaml: port ${port} of 127.0.0.1 is taken by another program.\n` +
      "Stop that program, or choose a free port: pulumi config set hosterizer-database:poolerPort <port>.",
  ]);
});

async function faultsOf(port: number): Promise<string[]> {
  const faults = await publishedPortFaults("127.0.0.1", [{ key: "poolerPort", port }], ours, "dev");
  return faults.map(({ message }) => message);
}

async function listen(behave: (socket: Socket) => unknown): Promise<number> {
  const port = await freePort();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    behave(socket);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return port;
}

/** As PostgreSQL does it: TLS begins after one letter in plain text. */
async function speakTls(authority: string): Promise<(socket: Socket) => void> {
  const signer = await makeAuthority(authority, new Date());
  const request = { commonName: "server", hosts: ["127.0.0.1"], usage: "server" } as const;
  const { certificate: cert, privateKey: key } = await issueCertificate(
    signer,
    request,
    new Date(),
  );
  return (socket) => {
    socket.once("data", () => {
      socket.write("S");
      const secureContext = createSecureContext({ cert, key });
      new TLSSocket(socket, { isServer: true, secureContext }).on("error", () => undefined);
    });
  };
}
