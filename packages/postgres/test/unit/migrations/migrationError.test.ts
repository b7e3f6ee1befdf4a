import { DatabaseError } from "pg";
import { describe, expect, test } from "vitest";

import { MigrationError } from "../../../src/migrations/migrationError";

const sql = "select 1;\n\nselect '😀ä', nothing;\n";
const file = { path: "m/000001_a.up.sql", sql, sha256: "", tokensSha256: "" };
const statement = { text: "select '😀ä', nothing", offset: 11 };

/** As node-postgres creates it from the server's message. */
const refusal = (message: string, fields: Partial<DatabaseError>) =>
  Object.assign(new DatabaseError(message, 0, "error"), fields);

describe("a failed migration", () => {
  test("has a caret under the exact character, counted as PostgreSQL counts", () => {
    const cause = refusal('column "nothing" does not exist', {
      code: "42703",
      position: "14",
      hint: "Try something.",
      detail: "None here.",
    });
    const error = new MigrationError({ file, statement }, cause, "Fix it.");
    expect(error).toMatchObject({ code: "42703", line: 3, column: 14, cause });
    expect(error.message).toBe(
      [
        'm/000001_a.up.sql:3:14: column "nothing" does not exist (42703)',
        "  3 | select '😀ä', nothing;",
        "    |              ^",
        "detail: None here.",
        "hint: Try something.",
        "Fix it.",
      ].join("\n"),
    );
  });

  test("points at the statement when PostgreSQL gives no position", () => {
    const cause = refusal("division by zero", { code: "22012" });
    const error = new MigrationError({ file, statement }, cause, "Fix it.");
    expect(error).toMatchObject({ line: 3, column: 1 });
  });

  test("shows the statement that a function ran, and the calls that led there", () => {
    const cause = refusal('relation "nowhere" does not exist', {
      code: "42P01",
      internalQuery: "select *\nfrom nowhere",
      internalPosition: "15",
      where: "PL/pgSQL function f() line 1\nPL/pgSQL function g() line 2",
    });
    const { message } = new MigrationError({ file, statement }, cause, "Fix it.");
    expect(message).toContain(
      [
        "in a statement that it ran:",
        "  2 | from nowhere",
        "    |      ^",
        "where: PL/pgSQL function f() line 1",
        "       PL/pgSQL function g() line 2",
        "Fix it.",
      ].join("\n"),
    );
  });

  test("says what ran, if that is not a statement of the file", () => {
    const cause = refusal("permission denied", { code: "42501" });
    const error = new MigrationError({ file, doing: "its commit" }, cause, "Fix it.");
    expect(error.message).toBe("m/000001_a.up.sql: its commit: permission denied (42501)\nFix it.");
    expect(error.line).toBeUndefined();
  });

  test("says so when the connection was lost", () => {
    const cause = new Error("Connection terminated unexpectedly");
    const { message } = new MigrationError({ file, statement }, cause, "Run again.");
    expect(message).toContain(
      "m/000001_a.up.sql:3:1: the connection failed (Connection terminated",
    );
  });
});
