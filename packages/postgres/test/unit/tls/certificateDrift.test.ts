import { expect, test } from "vitest";

import { certificateDifferences, expiryDifferences } from "../../../src/tls/certificateDrift";
import { lifetimes } from "../../../src/tls/certificates";
import { renderDifference } from "../../../src/convergence/difference";

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
])("a server's certificate issued in 2026, on $now: $found", ({ now, found }) => {
  const lines = certificateDifferences(server, before, "one", new Date(now)).map(renderDifference);

  const object = "server certificate of 127.0.0.1, localhost";
  const line = `${object}: found ${found ?? ""}, expected at least 30 days: it is renewed`;
  expect(lines).toEqual(found === undefined ? [] : [line]);
});

test.each([
  { now: "2034-12-30T00:00:00Z", found: undefined },
  { now: "2034-12-30T00:00:01Z", found: "364 days left" },
])("an authority's certificate on $now: $found", ({ now, found }) => {
  const object = "certificate authority dev";
  const lines = expiryDifferences(object, issued, lifetimes.authority, new Date(now));

  const line = `${object}: found ${found ?? ""}, expected at least 365 days: it is renewed`;
  expect(lines.map(renderDifference)).toEqual(found === undefined ? [] : [line]);
});

test("what an authority signs never outlives it", () => {
  expect(lifetimes.authority.renewal).toBeGreaterThanOrEqual(lifetimes.certificate.days);
});

test("a certificate of an earlier authority is reissued", () => {
  const differences = certificateDifferences(pooler, before, "two", issued);

  expect(differences.map(renderDifference)).toEqual([
    "client certificate of app_pooler: found one of an earlier authority, expected a signature of the current authority",
  ]);
});

test("while an authority is being made, its signature is not compared", () => {
  expect(certificateDifferences(pooler, before, undefined, issued)).toEqual([]);
});
