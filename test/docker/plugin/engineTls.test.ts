import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";

import { afterAll, beforeAll, expect, test } from "vitest";

import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { probeEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";

let folder: string;
let server: Server;
let host: string;

beforeAll(async () => {
  const now = new Date();
  const authority = await makeAuthority("engine", now);
  const stranger = await makeAuthority("stranger", now);
  const own = { commonName: "engine", hosts: ["127.0.0.1"], usage: "server" } as const;
  const user = { commonName: "me", hosts: [], usage: "client" } as const;
  const { certificate: cert, privateKey: key } = await issueCertificate(authority, own, now);
  const client = await issueCertificate(authority, user, now);
  folder = await mkdtemp(join(tmpdir(), "hosterizer-tls-"));
  await writeFile(join(folder, "ca.pem"), authority.certificate);
  await writeFile(join(folder, "cert.pem"), client.certificate);
  await writeFile(join(folder, "key.pem"), client.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "stranger.pem"), stranger.certificate);

  // Like dockerd with --tlsverify: clients need a certificate of the authority.
  const ca = authority.certificate;
  server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (client) =>
    client.pipe(connect(socketPath())).pipe(client),
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

test("the engine answers a client with a certificate", async () => {
  const environment = { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder };

  expect(await probeEngine(environment)).toMatchObject({ answers: true, url: host });
});

test("an engine with a certificate of another authority is refused, unless verification is off", async () => {
  const other = await mkdtemp(join(folder, "other-"));
  for (const [from, to] of [
    ["stranger.pem", "ca.pem"],
    ["cert.pem", "cert.pem"],
    ["key.pem", "key.pem"],
  ] as const) {
    await writeFile(join(other, to), await readFile(join(folder, from)));
  }
  const environment = { DOCKER_HOST: host, DOCKER_CERT_PATH: other };

  expect(await probeEngine({ ...environment, DOCKER_TLS_VERIFY: "1" })).toMatchObject({
    answers: false,
    reason: expect.stringMatching(/certificate/) as string,
  });
  expect(await probeEngine({ ...environment, DOCKER_TLS: "1" })).toMatchObject({ answers: true });
});

test("an engine that requires TLS does not answer without it, and the error says so", async () => {
  expect(await probeEngine({ DOCKER_HOST: host })).toMatchObject({
    answers: false,
    remedy: expect.stringContaining("whether it expects TLS") as string,
  });
});

/** The tests' engine may be remote, but these tests need its local socket. */
function socketPath(): string {
  const here = findEngine();
  if (here.kind !== "socket") throw new Error(`these tests need a local engine, not ${here.url}`);
  return here.path;
}
