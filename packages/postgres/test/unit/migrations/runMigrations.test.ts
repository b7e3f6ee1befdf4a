import { DatabaseError } from "pg";
import { describe, expect, test } from "vitest";

import { MigrationError } from "../../../src/migrations/migrationError";
import { retryWhileLocked } from "../../../src/migrations/runMigrations";

const failure = (path: string, code: string) => {
  const file = { path, sql: "", sha256: "", tokensSha256: "" };
  const cause = Object.assign(new DatabaseError("in the way", 0, "error"), { code });
  return new MigrationError({ file }, cause, "Wait.");
};
/** Fails with each of these in turn, then succeeds. */
const failingWith = (...failures: Error[]) => {
  const left = [...failures];
  return () => {
    const next = left.shift();
    return next === undefined ? Promise.resolve() : Promise.reject(next);
  };
};

describe("a run that finds its tables locked", () => {
  test("restarts the count of attempts for each file", async () => {
    const lines: string[] = [];
    const options = { lockAttempts: 2, log: (line: string) => lines.push(line) };
    await retryWhileLocked(options, failingWith(failure("a", "55P03"), failure("b", "40P01")));
    expect(lines).toEqual([
      "a: no lock (try 1 of 2), again in 250 ms",
      "b: no lock (try 1 of 2), again in 250 ms",
    ]);
  });

  test("fails with the error of its last attempt", async () => {
    const last = failure("a", "55P03");
    const options = { lockAttempts: 2, log: () => undefined };
    const run = retryWhileLocked(options, failingWith(failure("a", "55P03"), last));
    await expect(run).rejects.toBe(last);
  });

  test.each([failure("a", "42601"), new Error("55P03")])("fails at once with %s", async (error) => {
    const run = retryWhileLocked({ lockAttempts: 9, log: () => undefined }, failingWith(error));
    await expect(run).rejects.toBe(error);
  });
});
