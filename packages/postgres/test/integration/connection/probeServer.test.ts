import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

import { expect, test } from "vitest";

import { makeAuthority } from "../../../src/tls/certificates";
import { pingServer } from "../../../src/connection/probeServer";
import { freePort } from "../freePort";

/** Listens, calls `serve` with each connection, and returns the result of a probe. */
async function pingOf(serve: (connection: Socket) => void): Promise<string> {
  const connections: Socket[] = [];
  const server = createServer((connection) => {
    connections.push(connection);
    connection.on("error", () => undefined);
    serve(connection);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await pingServer("127.0.0.1", (server.address() as AddressInfo).port, 500);
  } finally {
    for (const connection of connections) connection.destroy();
    server.close();
  }
}

test("a server that accepts connections is ready, even without TLS", async () => {
  const { hostname, port } = new URL(process.env["TEST_DATABASE_URL"] ?? "");

  expect(await pingServer(hostname, Number(port))).toBe("ready");
});

test.each([
  {
    when: "asks for a password",
    answers: "R\0\0\0\u0017\0\0\0\nSCRAM-SHA-256\0\0",
    means: "ready",
  },
  { when: "recovers", answers: failure("57P03"), means: "starting" },
  { when: "has too many connections", answers: failure("53300"), means: "ready" },
  { when: "says what no server says", answers: "220 mail.example.com", means: "silent" },
])("a server with TLS that $when is $means", async ({ answers, means }) => {
  const { certificate, privateKey } = await makeAuthority("an unknown authority", new Date());
  const secureContext = createSecureContext({ cert: certificate, key: privateKey });
  const requests: string[] = [];

  const answer = await pingOf((connection) => {
    connection.once("data", () => {
      connection.write("S");
      const session = new TLSSocket(connection, { isServer: true, secureContext });
      session.once("data", (request: Buffer) => {
        requests.push(request.toString("latin1"));
        session.write(answers);
      });
    });
  });

  expect(answer).toBe(means);
  expect(requests).toEqual(["\0\0\0)\0\u0003\0\0user\0postgres\0database\0postgres\0\0"]);
});

/** As PostgreSQL writes it: a severity, a code, a text. */
function failure(code: string): string {
  const fields = `SFATAL\0VFATAL\0C${code}\0Mno\0\0`;
  return `E\0\0\0${String.fromCharCode(4 + fields.length)}${fields}`;
}

test("a port that nothing listens on is silent", async () => {
  expect(await pingServer("127.0.0.1", await freePort())).toBe("silent");
});

test("a port that Docker publishes for a container that does not listen is silent: the connection is accepted and closed", async () => {
  expect(await pingOf((connection) => connection.end())).toBe("silent");
});

test("a program that accepts connections and sends nothing is silent after the timeout", async () => {
  const start = Date.now();

  expect(await pingOf(() => undefined)).toBe("silent");
  expect(Date.now() - start).toBeLessThan(2_000);
});

test("a program of another protocol is silent", async () => {
  expect(await pingOf((connection) => connection.write("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBe(
    "silent",
  );
});
