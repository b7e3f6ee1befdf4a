import { beforeAll, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { certificateFileDifferences } from "../../../src/tls/certificateFile";
import { makeAuthority } from "../../../src/tls/certificates";

const issued = new Date("2026-01-01T00:00:00Z");
const path = ".hosterizer/dev/ca.pem";
const follows = "clients cannot verify the server";

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
])("reports $what in place of the authority's file", ({ found, line }) => {
  const lines = certificateFileDifferences(path, certificate, found()).map(renderDifference);

  const wanted = `file ${path}${line ?? ""}, expected the certificate of dev: ${follows}`;
  expect(lines).toEqual(line === undefined ? [] : [wanted]);
});
