import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { explainRefusal } from "../../../../src/db/stack/explainRefusal";
import {
  issueCertificate,
  type KeyAndCertificate,
  makeAuthority,
} from "@hosterizer/postgres/tls/certificates";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import {
  startTlsServer,
  type TlsServer,
} from "../../../../../postgres/test/integration/tls/tlsServer";

const now = new Date();
const day = 24 * 60 * 60 * 1000;
const request = { commonName: "db", hosts: ["127.0.0.1"], usage: "server" } as const;
const renewal = "`npm run up -- --stack dev` issues a new one, if the stack issued this one.";

let server: TlsServer;
let folder: string;
let authority: KeyAndCertificate;

beforeAll(async () => {
  server = await startTlsServer();
  folder = await mkdtemp(join(tmpdir(), "hosterizer-tls-"));
  authority = await makeAuthority("hosterizer-test", now);
  await writeFile(join(folder, "ca.pem"), authority.certificate);
});

afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

interface Case {
  what: string;
  show: () => Promise<KeyAndCertificate>;
  fault: (file: string) => string;
  remedy?: string;
}

test.each<Case>([
  {
    what: "has expired",
    show: () => issueCertificate(authority, request, new Date(now.getTime() - 366 * day)),
    fault: () => "has expired.",
  },
  {
    what: "is of tomorrow",
    show: () => issueCertificate(authority, request, new Date(now.getTime() + day)),
    fault: () => "is not valid yet, by the clock of this machine.",
    remedy: "Correct the clock that is wrong.",
  },
  {
    what: "is another host's",
    show: () => issueCertificate(authority, { ...request, hosts: ["db.example.com"] }, now),
    fault: () => "is not made out to 127.0.0.1: it may be another server.",
  },
  {
    what: "is another authority's",
    show: async () => issueCertificate(await makeAuthority("hosterizer-test", now), request, now),
    fault: (file) => `is not signed by the one in ${file}: it may be another server.`,
  },
  {
    what: "is a client's",
    show: () => issueCertificate(authority, { ...request, usage: "client" }, now),
    fault: () => "is not for servers.",
  },
])("an operator is told that the server's certificate $what", async ({ show, ...wanted }) => {
  await server.show(await show());
  const file = join(folder, "ca.pem");

  const { port } = server.superuser;
  const fault = `The certificate of the server at 127.0.0.1:${port} ${wanted.fault(file)}`;
  await expect(ask(file)).rejects.toMatchObject({
    name: "UserError",
    message: `${fault}\n${wanted.remedy ?? renewal}`,
  });
});

test("an operator is told that no authority of the machine signed the server's certificate", async () => {
  await server.show(await issueCertificate(authority, request, now));
  await expect(ask()).rejects.toThrow(
    "is not signed by an authority that this machine trusts: it may be another server.",
  );
});

test("an operator is told that the server does not support TLS", async () => {
  await server.silence();
  const { port } = server.superuser;
  await expect(ask(join(folder, "ca.pem"))).rejects.toMatchObject({
    name: "UserError",
    message:
      `The server at 127.0.0.1:${port} does not support TLS, but the stack requires it (sslmode verify-full): it may be another server.\n` +
      "`npm run drift -- --stack dev` shows what differs from the stack.",
  });
});

test("an operator is told which file is missing, and which command writes it", async () => {
  const file = join(folder, "gone.pem");
  await expect(ask(file)).rejects.toMatchObject({
    name: "UserError",
    message:
      `The certificate authority's file ${file} is missing.\n` +
      "`npm run up -- --stack dev` writes it. If the authority is your own, put its certificate there.",
  });
});

function ask(sslrootcert?: string) {
  const { host, port, database, ...login } = server.superuser;
  const authority = sslrootcert === undefined ? {} : { sslrootcert };
  const address = { host, port, database, sslmode: "verify-full", ...authority } as const;
  const connection: Connection = { ...address, ...login };
  return explainRefusal({ stack: "dev", ...address, passwords: {} }, connection, (to) =>
    withClient(to, "test", (client) => client.query("select 1")),
  );
}
