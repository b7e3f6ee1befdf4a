import { expect, test } from "vitest";

import { generatePassword, scramVerifier } from "../../../src/access/passwords";

test("holds the keys that follow from the password and salt of RFC 7677's example", () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  expect(scramVerifier("pencil", salt)).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" +
      "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

test("refuses a password whose characters would have to be normalised first", () => {
  expect(() => scramVerifier("pässword")).toThrow(RangeError);
});

test("generates passwords of 192 bits that need no quoting in a shell or a URL", () => {
  const passwords = Array.from({ length: 50 }, () => generatePassword().password);
  expect(new Set(passwords).size).toBe(50);
  for (const password of passwords) {
    expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(Buffer.from(password, "base64url")).toHaveLength(24);
  }
});
