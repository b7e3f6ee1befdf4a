import { expect, test } from "vitest";

import { storedPassword } from "../../../src/postgresql/readRole";

test("a plain-text password becomes a verifier, a different one each time", () => {
  const stored = storedPassword("correct horse");
  expect(stored).toMatch(/^SCRAM-SHA-256\$4096:[^$:]+\$[^$:]+:[^$:]+$/);
  expect(storedPassword("correct horse")).not.toBe(stored);
});

test.each(["SCRAM-SHA-256$4096:c2FsdA==$a:b", `md5${"0123456789abcdef".repeat(2)}`])(
  "%s is stored unchanged",
  (password) => {
    expect(storedPassword(password)).toBe(password);
  },
);

test.each([null, "", "null", "NULL"])("%j removes the password", (password) => {
  expect(storedPassword(password)).toBeNull();
});

test("a password that only begins like a hash is plain text", () => {
  expect(storedPassword("md5 is broken")).toMatch(/^SCRAM/);
  expect(storedPassword("SCRAM-SHA-256 is better")).toMatch(/^SCRAM-SHA-256\$/);
});
