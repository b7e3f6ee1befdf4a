import { beforeAll, expect, test } from "vitest";

import { certificateDifferences } from "../../../src/tls/certificateDifferences";
import { certificateFileDifferences } from "../../../src/tls/certificateFileDifferences";
import { endDifference } from "../../../src/tls/endDifference";
import { lifetimes } from "../../../src/tls/lifetimes";
import { makeAuthority } from "../../../src/tls/makeAuthority";
import { renderDifference } from "../../../src/convergence/renderDifference";

const issued = new Date("2026-01-01T00:00:00Z");
const server = { commonName: "db", hosts: ["127.0.0.1", "localhost"], usage: "server" } as const;
const pooler = { commonName: "app_pooler", hosts: [], usage: "client" } as const;
const before = { issued, authority: "one" };

test.each([
  { now: "2026-01-01T00:00:00Z", found: undefined },
  { now: "2026-12-02T00:00:00Z", found: undefined },
  { now: "2026-12-02T00:00:01Z", found: "29 days left" },
  { now: "2026-12-31T23:59:59Z", found: "0 days left" },
  { now: "2027-01-01T00:00:01Z", found: "expired on 2027-01-01" },
])("a server's certificate of the year 2026 on $now: $found", ({ now, found }) => {
  const lines = certificateDifferences(server, before, "one", new Date(now)).map(renderDifference);

  const object = "server certificate of 127.0.0.1, localhost";
  const line = `${object}: found ${found ?? ""}, expected 30 days at least: it is renewed`;
  expect(lines).toEqual(found === undefined ? [] : [line]);
});

test.each([
  { now: "2034-12-30T00:00:00Z", found: undefined },
  { now: "2034-12-30T00:00:01Z", found: "364 days left" },
])("an authority's certificate on $now: $found", ({ now, found }) => {
  const object = "certificate authority dev";
  const lines = endDifference(object, issued, lifetimes.authority, new Date(now));

  const line = `${object}: found ${found ?? ""}, expected 365 days at least: it is renewed`;
  expect(lines.map(renderDifference)).toEqual(found === undefined ? [] : [line]);
});

test("what an authority signs never outlives it", () => {
  expect(lifetimes.authority.renewal).toBeGreaterThanOrEqual(lifetimes.certificate.days);
});

test("a certificate of an earlier authority is issued anew", () => {
  const differences = certificateDifferences(pooler, before, "two", issued);

  expect(differences.map(renderDifference)).toEqual([
    "client certificate of app_pooler: found one of an earlier authority's, expected a signature of the authority's certificate",
  ]);
});

test("an authority that is being made says nothing about what it will sign", () => {
  expect(certificateDifferences(pooler, before, undefined, issued)).toEqual([]);
});

const path = ".hosterizer/dev/ca.pem";
const follows = "clients cannot tell the server from another";

let certificate: string;
let other: string;

beforeAll(async () => {
  certificate = (await makeAuthority("dev", issued)).certificate;
  other = (await makeAuthority("staging", issued)).certificate;
});

test.each([
  { what: "the certificate", found: () => ({ text: certificate }), line: undefined },
  { what: "nothing", found: () => undefined, line: " is missing" },
  { what: "rubbish", found: () => ({ text: "rubbish" }), line: ": found no certificate" },
  {
    what: "another certificate",
    found: () => ({ text: other }),
    line: ": found another one, of staging",
  },
  {
    what: "one more certificate",
    found: () => ({ text: certificate + other }),
    line: ": found another one, of dev",
  },
  {
    what: "a folder",
    found: () => ({ fault: "something that cannot be read (EISDIR)" }),
    line: ": found something that cannot be read (EISDIR)",
  },
])("where the authority's file should be there is $what", ({ found, line }) => {
  const lines = certificateFileDifferences(path, certificate, found()).map(renderDifference);

  const wanted = `file ${path}${line ?? ""}, expected the certificate of dev: ${follows}`;
  expect(lines).toEqual(line === undefined ? [] : [wanted]);
});
