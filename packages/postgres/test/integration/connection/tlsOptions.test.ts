import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  issueCertificate,
  type KeyAndCertificate,
  makeAuthority,
  makePrivateKey,
  signCertificate,
} from "../../../src/tls/certificates";
import { probeServerCertificate } from "../../../src/connection/probeServer";
import { tlsRefusals } from "../../../src/connection/connectionFailure";
import { type Connection, withClient } from "../../../src/connection/connection";
import { startTlsServer, type TlsServer } from "../tls/tlsServer";

const now = new Date();
const year = 365 * 24 * 60 * 60 * 1000;

let server: TlsServer;
let folder: string;
let authority: KeyAndCertificate;
/** The same name, another key. */
let impostor: KeyAndCertificate;

beforeAll(async () => {
  server = await startTlsServer();
  folder = await mkdtemp(join(tmpdir(), "hosterizer-tls-"));
  authority = await makeAuthority("hosterizer-test", now);
  impostor = await makeAuthority("hosterizer-test", now);
  const renewed = await makeAuthority("hosterizer-test", now, authority.privateKey);
  await writeFile(join(folder, "ca.pem"), authority.certificate);
  await writeFile(join(folder, "impostor.pem"), impostor.certificate);
  await writeFile(join(folder, "renewed.pem"), renewed.certificate);
  await writeFile(join(folder, "both.pem"), impostor.certificate + authority.certificate);
  await writeFile(join(folder, "rubbish.pem"), "rubbish");
});

afterAll(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

interface Case {
  /** The names in the server's certificate. */
  hosts: string[];
  host: string;
  file?: string;
  sslmode?: "require" | "verify-ca" | "verify-full";
}

describe.each<Case>([
  { hosts: ["127.0.0.1"], host: "127.0.0.1" },
  { hosts: ["localhost"], host: "localhost" },
  { hosts: ["db.example.com", "localhost", "127.0.0.1"], host: "127.0.0.1" },
  { hosts: ["127.0.0.1"], host: "127.0.0.1", file: "renewed.pem" },
  { hosts: ["127.0.0.1"], host: "127.0.0.1", file: "both.pem" },
  { hosts: ["db.example.com"], host: "127.0.0.1", sslmode: "verify-ca" },
  { hosts: ["db.example.com"], host: "127.0.0.1", file: "impostor.pem", sslmode: "require" },
])("a server certified for $hosts, reached as $host", ({ hosts, host, ...rest }) => {
  const { file = "ca.pem", sslmode = "verify-full" } = rest;

  test(`is trusted with ${file} and ${sslmode}`, async () => {
    await server.show(await issue(hosts));
    expect(await ask(host, join(folder, file), sslmode)).toBe("TLSv1.3");
    expect(await distrust(host, join(folder, file), sslmode)).toBeUndefined();
  });
});

test("the path of the authority's file may be relative to the working folder", async () => {
  await server.show(await issue(["127.0.0.1"]));
  const path = relative(process.cwd(), join(folder, "ca.pem"));
  expect(await ask("127.0.0.1", path)).toBe("TLSv1.3");
});

test("without a file the operating system's authorities are trusted, by sessions and by the probe", async () => {
  await server.show(await issue(["127.0.0.1"]));
  process.env["SSL_CERT_FILE"] = join(folder, "ca.pem");
  expect(await ask("127.0.0.1")).toBe("TLSv1.3");
  expect(await distrust("127.0.0.1")).toBeUndefined();
  process.env["SSL_CERT_FILE"] = join(folder, "impostor.pem");
  expect(await distrust("127.0.0.1")).toBe("authority unknown");
  delete process.env["SSL_CERT_FILE"];
});

interface Refused extends Case {
  what: string;
  issued?: Date;
  by?: () => KeyAndCertificate;
  code: string;
}

test.each<Refused>([
  {
    what: "signed by an authority that the client doesn't know",
    ...{ hosts: ["127.0.0.1"], host: "127.0.0.1", by: () => impostor },
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  },
  {
    what: "made out to another name",
    ...{ hosts: ["db.example.com", "127.0.0.1"], host: "localhost" },
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  },
  {
    what: "made out to another address",
    ...{ hosts: ["localhost", "127.0.0.2"], host: "127.0.0.1" },
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  },
  {
    what: "that has expired",
    ...{ hosts: ["127.0.0.1"], host: "127.0.0.1", issued: new Date(now.getTime() - year - 1000) },
    code: "CERT_HAS_EXPIRED",
  },
  {
    what: "that is of tomorrow",
    ...{ hosts: ["127.0.0.1"], host: "127.0.0.1", issued: new Date(now.getTime() + year / 365) },
    code: "CERT_NOT_YET_VALID",
  },
])("refuses a certificate $what", async ({ hosts, host, code, ...rest }) => {
  await server.show(await issue(hosts, rest.issued, rest.by?.()));
  await expect(ask(host, join(folder, "ca.pem"))).rejects.toMatchObject({ code });
  expect(tlsRefusals.has(code)).toBe(true);
  expect(await distrust(host, join(folder, "ca.pem"))).toBe(tlsRefusals.get(code));
});

test.each([
  {
    what: "that is self-signed",
    code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    show: async () => {
      const privateKey = makePrivateKey();
      const validity = { notBefore: now, notAfter: new Date(now.getTime() + year) };
      const contents = { commonName: "127.0.0.1", privateKey, ...validity, extensions: [] };
      return { certificate: await signCertificate(contents, { privateKey }), privateKey };
    },
  },
  {
    what: "that brings its unknown authority along",
    code: "SELF_SIGNED_CERT_IN_CHAIN",
    show: async () => {
      const leaf = await issue(["127.0.0.1"], now, impostor);
      return { ...leaf, certificate: leaf.certificate + impostor.certificate };
    },
  },
  {
    what: "that is a client's",
    code: "INVALID_PURPOSE",
    show: () => issueCertificate(authority, { commonName: "app", hosts: [], usage: "client" }, now),
  },
])("refuses a certificate $what", async ({ show, code }) => {
  await server.show(await show());
  await expect(ask("127.0.0.1", join(folder, "ca.pem"))).rejects.toMatchObject({ code });
  expect(tlsRefusals.has(code)).toBe(true);
  expect(await distrust("127.0.0.1", join(folder, "ca.pem"))).toBe(tlsRefusals.get(code));
});

test("refuses a server that does not support TLS", async () => {
  await server.silence();
  await expect(ask("127.0.0.1", join(folder, "ca.pem"))).rejects.toThrow(
    "The server does not support SSL connections",
  );
  expect(await distrust("127.0.0.1", join(folder, "ca.pem"))).toBeUndefined();
});

test.each([
  ["missing.pem", "is missing"],
  ["rubbish.pem", "holds no certificate"],
  [".", "cannot be read (EISDIR)"],
])("says that the authority's file %s %s, and what writes it", async (file, fault) => {
  const path = join(folder, file);
  await expect(ask("127.0.0.1", path)).rejects.toMatchObject({
    code: "HOSTERIZER_AUTHORITY_FILE",
    message:
      `The certificate authority's file ${path} ${fault}.\n` +
      "`npm run up` of its stack writes it. If the authority is your own, put its certificate there.",
  });
});

function issue(hosts: string[], issued = now, by = authority): Promise<KeyAndCertificate> {
  return issueCertificate(by, { commonName: "localhost", hosts, usage: "server" }, issued);
}

/** The probe's verdict on the server's certificate. */
function distrust(
  host: string,
  sslrootcert?: string,
  sslmode: Connection["sslmode"] & string = "verify-full",
) {
  const authority = sslrootcert === undefined ? {} : { sslrootcert };
  return probeServerCertificate({ host, port: server.superuser.port, sslmode, ...authority });
}

/** The version of TLS that a session has. */
async function ask(
  host: string,
  sslrootcert?: string,
  sslmode: Connection["sslmode"] & string = "verify-full",
): Promise<string | undefined> {
  const authority = sslrootcert === undefined ? {} : { sslrootcert };
  const connection = { ...server.superuser, host, sslmode, ...authority };
  const sql = "select version from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()";
  const { rows } = await withClient(connection, "test", (client) =>
    client.query<{ version: string }>(sql),
  );
  return rows[0]?.version;
}
