import { expect, test } from "vitest";

import { planExtensions } from "../../../src/audit/extensions";

const extension = (its = {}) => ({
  name: "pgcrypto",
  quoted: "pgcrypto",
  installed: "1.3",
  declared: true,
  declared_version: "1.3",
  default_version: "1.3",
  available: true,
  reachable: null,
  owner: "postgres",
  alterable: true,
  ...its,
});

test.each([
  { what: "the declared version", its: {} },
  { what: "any version where none is declared", its: { declared_version: null } },
  { what: "one that is still to be installed", its: { installed: null } },
])("finds nothing wrong with $what", ({ its }) => {
  expect(planExtensions([extension(its)])).toEqual([]);
});

test("updates one that has an update script", () => {
  const old = extension({ installed: "1.2", reachable: true });
  expect(planExtensions([old])).toMatchObject([
    { repair: "automatic", sql: 'alter extension pgcrypto update to "1.3"' },
  ]);
});

test.each([
  [
    { installed: "1.2", reachable: false },
    "extension version",
    /no update script leads from 1.2 to 1.3/,
  ],
  [{ installed: "1.2", reachable: true, alterable: false }, "extension version", /its owner/],
  [
    { declared_version: "2", available: false },
    "extension version not available",
    /server has version 1.3/,
  ],
  [
    { installed: null, declared_version: "2", available: false },
    "extension version not available",
    /server has version 1.3/,
  ],
  [{ declared: false }, "extension not declared", /drop it, or declare it/],
])("leaves %j, with the reason", (its, kind, reason) => {
  expect(planExtensions([extension(its)])).toMatchObject([
    { kind, repair: "none", reason: expect.stringMatching(reason) as unknown },
  ]);
});
