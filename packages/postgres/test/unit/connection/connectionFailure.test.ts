import { expect, test } from "vitest";

import { describeNoAnswer, lacksTls } from "../../../src/connection/connectionFailure";

const coded = (code: string) => Object.assign(new Error("connect"), { code });

test.each([
  ["a port that nothing listens on", coded("ECONNREFUSED"), "nothing listens on that port"],
  [
    "a name with two such addresses",
    new AggregateError([coded("ECONNREFUSED"), coded("ETIMEDOUT")]),
    "nothing listens on that port",
  ],
  ["a name that does not resolve", coded("ENOTFOUND"), "there is no such host"],
  ["node-postgres' time-out", new Error("timeout expired"), "the connection attempt timed out"],
  [
    "a refusal of the server",
    Object.assign(new Error("timeout expired"), { code: "28P01" }),
    undefined,
  ],
  ["an expired certificate", coded("CERT_HAS_EXPIRED"), undefined],
  ["something that is not an error", "ECONNREFUSED", undefined],
])("describes %s", (_what, error, description) => {
  expect(describeNoAnswer(error)).toBe(description);
});

test("recognizes a server without TLS by node-postgres' message, which has no code", () => {
  const message = "The server does not support SSL connections";
  expect(lacksTls(new Error(message))).toBe(true);
  expect(lacksTls(Object.assign(new Error(message), { code: "08P01" }))).toBe(false);
});
