import { createPrivateKey, X509Certificate } from "node:crypto";

import { beforeAll, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import {
  certificateMatchesKey,
  certificateDifferences,
  expiryDifferences,
  issueCertificate,
  type KeyAndCertificate,
  lifetimes,
  makeAuthority,
} from "../../../src/tls/certificates";
import { isSignedBy, readCertificate } from "../../certificateFacts";

const issued = new Date("2026-03-01T12:00:00.500Z");
const hosts = ["db.example.com", "127.0.0.1", "fd00::1"];

let authority: KeyAndCertificate;
let server: KeyAndCertificate;
let client: KeyAndCertificate;

beforeAll(async () => {
  authority = await makeAuthority("hosterizer-dev", issued);
  server = await issueCertificate(authority, { commonName: "db", hosts, usage: "server" }, issued);
  const pooler = { commonName: "app_pooler", hosts: [], usage: "client" } as const;
  client = await issueCertificate(authority, pooler, issued);
});

test("an authority is valid for ten years and signs no further authority", () => {
  expect(readCertificate(authority.certificate)).toMatchObject({
    commonName: "hosterizer-dev",
    usage: "authority",
    notBefore: new Date("2026-03-01T11:00:00Z"),
    notAfter: new Date("2036-02-27T12:00:00Z"),
  });
  expect(isSignedBy(authority.certificate, authority.certificate)).toBe(true);
  // Critical basic constraints, https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9: authority, path length 0.
  expect(hex(authority.certificate)).toContain("0603551d130101ff040830060101ff020100");
});

test("a server's certificate is valid for its names and addresses for a year", () => {
  expect(readCertificate(server.certificate)).toMatchObject({
    commonName: "db",
    hosts: ["db.example.com", "127.0.0.1", "FD00:0:0:0:0:0:0:1"],
    usage: "server",
    notBefore: new Date("2026-03-01T11:00:00Z"),
    notAfter: new Date("2027-03-01T12:00:00Z"),
  });
});

test.each([
  ["db.example.com", "db.example.com"],
  ["other.example.com", undefined],
])("a client that asks for %s finds the name %s", (host, found) => {
  expect(new X509Certificate(server.certificate).checkHost(host)).toBe(found);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["fd00::1", "fd00::1"],
  ["127.0.0.2", undefined],
])("a client that asks for the address %s finds %s", (address, found) => {
  expect(new X509Certificate(server.certificate).checkIP(address)).toBe(found);
});

test("a client's certificate is for a role, not for a host", () => {
  expect(readCertificate(client.certificate)).toMatchObject({
    commonName: "app_pooler",
    hosts: [],
    usage: "client",
  });
});

test("the certificates of servers and clients sign nothing themselves", () => {
  for (const { certificate } of [server, client]) {
    // Critical basic constraints: no authority.
    expect(hex(certificate)).toContain("0603551d130101ff04023000");
    expect(isSignedBy(certificate, authority.certificate)).toBe(true);
  }
});

test("each has its own key, in PKCS#8", () => {
  for (const pair of [authority, server, client]) {
    expect(certificateMatchesKey(pair)).toBe(true);
    expect(pair.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(createPrivateKey(pair.privateKey).asymmetricKeyDetails).toEqual({
      namedCurve: "prime256v1",
    });
  }
  expect(certificateMatchesKey({ ...server, privateKey: client.privateKey })).toBe(false);
  expect(certificateMatchesKey({ certificate: "", privateKey: "" })).toBe(false);
});

test("serial numbers are random, positive, and never short", () => {
  const numbers = [authority, server, client].map(
    ({ certificate }) => readCertificate(certificate)?.serialNumber,
  );
  expect(new Set(numbers)).toHaveProperty("size", 3);
  for (const number of numbers) expect(number).toMatch(/^[4-7][0-9a-f]{31}$/);
});

test("an authority renewed with its key verifies what it signed before", async () => {
  const { commonName = "" } = readCertificate(authority.certificate) ?? {};
  const later = new Date("2035-03-01T00:00:00Z");
  const renewed = await makeAuthority(commonName, later, authority.privateKey);

  expect(renewed.certificate).not.toBe(authority.certificate);
  expect(isSignedBy(server.certificate, renewed.certificate)).toBe(true);
});

test.each([
  ["of the same name with another key", "hosterizer-dev", () => undefined],
  ["of another name with the same key", "staging", () => authority.privateKey],
])("an authority %s does not verify it", async (_what, name, key) => {
  const other = await makeAuthority(name, issued, key());
  expect(isSignedBy(server.certificate, other.certificate)).toBe(false);
});

test("it does not verify a certificate that was tampered with", () => {
  const der = hex(server.certificate).replace(hexOf("db.example.com"), hexOf("db.example.org"));
  const changed = Buffer.from(der, "hex").toString("base64");
  const pem = `-----BEGIN CERTIFICATE-----\n${changed}\n-----END CERTIFICATE-----\n`;
  expect(readCertificate(pem)?.hosts).toContain("db.example.org");
  expect(isSignedBy(pem, authority.certificate)).toBe(false);
});

test("a text that is not a certificate has no facts and no signer", () => {
  expect(readCertificate("-----BEGIN CERTIFICATE-----\n")).toBeUndefined();
  expect(isSignedBy("", authority.certificate)).toBe(false);
});

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}

function hex(pem: string): string {
  return new X509Certificate(pem).raw.toString("hex");
}

const newYear = new Date("2026-01-01T00:00:00Z");
const serverRequest = {
  commonName: "db",
  hosts: ["127.0.0.1", "localhost"],
  usage: "server",
} as const;
const clientRequest = { commonName: "app_pooler", hosts: [], usage: "client" } as const;
const before = { issued: newYear, authority: "one" };

test.each([
  { now: "2026-01-01T00:00:00Z", found: undefined },
  { now: "2026-12-02T00:00:00Z", found: undefined },
  { now: "2026-12-02T00:00:01Z", found: "29 days left" },
  { now: "2026-12-31T23:59:59Z", found: "0 days left" },
  { now: "2027-01-01T00:00:01Z", found: "expired on 2027-01-01" },
])("a server's certificate issued in 2026, on $now: $found", ({ now, found }) => {
  const lines = certificateDifferences(serverRequest, before, "one", new Date(now)).map(
    renderDifference,
  );

  const object = "server certificate of 127.0.0.1, localhost";
  const line = `${object}: found ${found ?? ""}, expected at least 30 days: it is renewed`;
  expect(lines).toEqual(found === undefined ? [] : [line]);
});

test.each([
  { now: "2034-12-30T00:00:00Z", found: undefined },
  { now: "2034-12-30T00:00:01Z", found: "364 days left" },
])("an authority's certificate on $now: $found", ({ now, found }) => {
  const object = "certificate authority dev";
  const lines = expiryDifferences(object, newYear, lifetimes.authority, new Date(now));

  const line = `${object}: found ${found ?? ""}, expected at least 365 days: it is renewed`;
  expect(lines.map(renderDifference)).toEqual(found === undefined ? [] : [line]);
});

test("a certificate never outlives its authority", () => {
  expect(lifetimes.authority.renewal).toBeGreaterThanOrEqual(lifetimes.certificate.days);
});

test("a certificate of an earlier authority is reissued", () => {
  const differences = certificateDifferences(clientRequest, before, "two", newYear);

  expect(differences.map(renderDifference)).toEqual([
    "client certificate of app_pooler: found one of an earlier authority, expected a signature of the current authority",
  ]);
});

test("does not compare the signature of an authority that is being created", () => {
  expect(certificateDifferences(clientRequest, before, undefined, issued)).toEqual([]);
});
