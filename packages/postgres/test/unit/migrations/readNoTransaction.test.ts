import { describe, expect, test } from "vitest";

import { DeclarationError } from "../../../src/declarationError";
import { readNoTransaction } from "../../../src/migrations/readNoTransaction";

describe("the first line of a file", () => {
  test.each([
    { sql: "-- no transaction: builds an index\nselect 1;", reason: "builds an index" },
    { sql: "--No-Transaction:  VACUUM \nselect 1;", reason: "VACUUM" },
    { sql: "-- nothing special\nselect 1;", reason: undefined },
    { sql: "select '-- no transaction: not a comment';", reason: undefined },
  ])("leaves the transaction for a reason: $sql", ({ sql, reason }) => {
    expect(readNoTransaction("m/a.sql", sql)).toBe(reason);
  });

  test.each([
    { sql: "-- no transaction\nselect 1;", fault: 'm/a.sql: "no transaction" gives no reason' },
    { sql: "-- no transaction: \nselect 1;", fault: 'm/a.sql: "no transaction" gives no reason' },
    {
      sql: "-- why\n-- no transaction: late\n",
      fault: 'm/a.sql: "no transaction" stands in line 2, where it has no effect',
    },
  ])("is refused: $sql", ({ sql, fault }) => {
    const read = () => readNoTransaction("m/a.sql", sql);
    expect(read).toThrow(DeclarationError);
    expect(read).toThrow(fault);
  });
});
