import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  type CertificateRequest,
  issueCertificate,
  type KeyAndCertificate,
  makeAuthority,
} from "../../../src/tls/certificates";
import { rowsOf } from "../testDatabase";
import { startTlsServer, type TlsServer } from "./tlsServer";

const now = new Date();
const yesteryear = new Date(now.getTime() - 366 * 24 * 60 * 60 * 1000);
const pooler = { commonName: "app_pooler", hosts: [], usage: "client" } as const;

let server: TlsServer;
let authority: KeyAndCertificate;
let other: KeyAndCertificate;

beforeAll(async () => {
  server = await startTlsServer();
  authority = await makeAuthority("hosterizer-test", now);
  other = await makeAuthority("hosterizer-test", now);
  await rowsOf(server.superuser, "create role app_pooler login");
  const request = { commonName: "db", hosts: ["127.0.0.1"], usage: "server" } as const;
  await server.show(await issueCertificate(authority, request, now));
  await server.admitByCertificate("app_pooler", authority.certificate);
});

afterAll(() => server.remove());

test("a role logs in with a certificate in its name, without a password", async () => {
  expect(await enter(await issueCertificate(authority, pooler, now))).toBe("app_pooler");
});

test("it cannot log in with a certificate in another name", async () => {
  const pair = await issueCertificate(authority, { ...pooler, commonName: "app_user" }, now);
  await expect(enter(pair)).rejects.toMatchObject({ code: "28000" });
});

interface Refused {
  what: string;
  request?: CertificateRequest;
  issued?: Date;
  by?: () => KeyAndCertificate;
  /** Of TLS, https://www.rfc-editor.org/rfc/rfc5246#section-7.2. */
  alert: number;
}

test.each<Refused>([
  { what: "that is a server's", request: { ...pooler, usage: "server" }, alert: 43 },
  { what: "that has expired", issued: yesteryear, alert: 45 },
  { what: "of another authority", by: () => other, alert: 48 },
])("it cannot log in with a certificate $what", async ({ request = pooler, alert, ...rest }) => {
  const pair = await issueCertificate(rest.by?.() ?? authority, request, rest.issued ?? now);
  await expect(enter(pair)).rejects.toThrow(`SSL alert number ${alert}`);
});

test("it cannot log in without one", async () => {
  await expect(enter()).rejects.toMatchObject({ code: "28000" });
});

async function enter(pair?: KeyAndCertificate): Promise<string | undefined> {
  const { host, port, database } = server.superuser;
  const own = pair === undefined ? {} : { cert: pair.certificate, key: pair.privateKey };
  // With 1.3 the connection may be closed before the client reads the reason.
  const ssl = { ca: authority.certificate, ...own, maxVersion: "TLSv1.2" } as const;
  const client = new Client({ host, port, database, user: "app_pooler", ssl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>("select current_user as name");
    return rows[0]?.name;
  } finally {
    await client.end();
  }
}
