import { createHash, createHmac } from "node:crypto";

import { expect, test } from "vitest";

import { padsOf, planSigningKeys } from "../../../src/rowLevelSecurity/signingKeys";

const secret = "a-secret-of-thirty-two-characters";
const keys = [{ id: "1", secret }];

test("the pads make the HMAC-SHA256 that Node.js makes", () => {
  const { inner, outer } = padsOf(secret);
  const hash = (pad: string, text: Buffer) =>
    createHash("sha256").update(Buffer.from(pad, "hex")).update(text).digest();
  expect(hash(outer, hash(inner, Buffer.from("who"))).toString("hex")).toBe(
    createHmac("sha256", secret).update("who").digest("hex"),
  );
});

test("refuses a secret that would have to be hashed first", () => {
  expect(() => padsOf("x".repeat(65))).toThrow("a secret of 65 bytes is too long");
});

test.each([
  ["no table", null],
  ["another key", [{ id: "1", inner: "00", outer: "00" }]],
  ["a key too many", [{ id: "2", inner: "00", outer: "00" }]],
])("with %s no finding and no statement contains a key", (_what, found) => {
  const { inner, outer } = padsOf(secret);
  const findings = planSigningKeys(found, { owner: "owner", keys });
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings) {
    const text = JSON.stringify({ ...finding, values: undefined });
    for (const key of [secret, inner, outer]) expect(text).not.toContain(key);
  }
  expect(findings.flatMap(({ values = [] }) => values)).toEqual(["1", inner, outer]);
});
