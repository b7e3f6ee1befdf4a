import { describe, expect, test } from "vitest";

import { DeclarationError } from "../../../src/userError";
import { readNoTransaction, statementFaults } from "../../../src/migrations/migration";

const faultsOf = async (sql: string, noTransaction?: string) => {
  const file = { path: "m/a.up.sql", sql, sha256: "", tokensSha256: "" };
  const faults = await statementFaults(
    noTransaction === undefined ? file : { ...file, noTransaction },
  );
  return faults.map(({ message }) => message.split("\n")[0]);
};

describe("a migration file", () => {
  test.each(["begin", "start transaction", "commit", "end", "rollback", "commit and chain"])(
    "is refused if it contains %s",
    async (statement) => {
      const fault =
        "m/a.up.sql:2:1: the file begins or ends a transaction, but the runner manages transactions.";
      expect(await faultsOf(`select 1;\n${statement};`)).toEqual([fault]);
      expect(await faultsOf(`select 1;\n${statement};`, "a reason")).toEqual([fault]);
    },
  );

  test("may use savepoints, and BEGIN inside a function", async () => {
    const sql = "savepoint a; rollback to a; release a; do $$ begin perform 1; end $$;";
    expect(await faultsOf(sql)).toEqual([]);
  });

  test.each([
    "create index concurrently i on t (a)",
    "drop index concurrently i",
    "create index on t (a); create index concurrently i on t (a)",
  ])("may use CONCURRENTLY only outside a transaction: %s", async (sql) => {
    expect(await faultsOf(sql)).toEqual([
      expect.stringContaining("CONCURRENTLY can't run in the file's transaction"),
    ]);
    expect(await faultsOf(sql, "a reason")).toEqual([]);
  });

  test("names every index that it builds concurrently", async () => {
    const sql = "create index concurrently on t (a)";
    expect(await faultsOf(sql, "a reason")).toEqual([
      "m/a.up.sql:1:1: an index built CONCURRENTLY has no name, so a broken one can't be found again.",
    ]);
  });

  test("is left to the server if the parser rejects it", async () => {
    expect(await faultsOf("begin; creat tabel")).toEqual([]);
  });
});

describe("the first line of a file", () => {
  test.each([
    { sql: "-- no transaction: builds an index\nselect 1;", reason: "builds an index" },
    { sql: "--No-Transaction:  VACUUM \nselect 1;", reason: "VACUUM" },
    { sql: "-- nothing special\nselect 1;", reason: undefined },
    { sql: "select '-- no transaction: not a comment';", reason: undefined },
  ])("can opt out of the transaction with a reason: $sql", ({ sql, reason }) => {
    expect(readNoTransaction("m/a.sql", sql)).toBe(reason);
  });

  test.each([
    { sql: "-- no transaction\nselect 1;", fault: 'm/a.sql: "no transaction" gives no reason' },
    { sql: "-- no transaction: \nselect 1;", fault: 'm/a.sql: "no transaction" gives no reason' },
    {
      sql: "-- why\n-- no transaction: late\n",
      fault: 'm/a.sql: "no transaction" is in line 2, where it has no effect',
    },
  ])("is refused: $sql", ({ sql, fault }) => {
    const read = () => readNoTransaction("m/a.sql", sql);
    expect(read).toThrow(DeclarationError);
    expect(read).toThrow(fault);
  });
});
