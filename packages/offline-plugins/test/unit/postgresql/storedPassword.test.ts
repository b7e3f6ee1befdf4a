import { expect, test } from "vitest";

import { storedPassword } from "../../../src/postgresql/readRole";

test("a password in clear becomes a verifier, another each time", () => {
  const stored = storedPassword("correct horse");
  expect(stored).toMatch(/^SCRAM-SHA-256\$4096:[^$:]+\$[^$:]+:[^$:]+$/);
  expect(storedPassword("correct horse")).not.toBe(stored);
});

test.each(["SCRAM-SHA-256$4096:c2FsdA==$a:b", `md5${"0123456789abcdef".repeat(2)}`])(
  "%s is kept as it is",
  (password) => {
    expect(storedPassword(password)).toBe(password);
  },
);

test.each([null, "", "null", "NULL"])("%j takes the password away", (password) => {
  expect(storedPassword(password)).toBeNull();
});

test("what only begins like a hash is a password in clear", () => {
  expect(storedPassword("md5 is broken")).toMatch(/^SCRAM/);
  expect(storedPassword("SCRAM-SHA-256 is better")).toMatch(/^SCRAM-SHA-256\$/);
});
