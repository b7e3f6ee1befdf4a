import { describe, expect, test } from "vitest";

import { splitStatements } from "../../../src/sql/splitStatements";

describe("SQL splits into statements", () => {
  test.each([
    { sql: "select 1; select 2", texts: ["select 1", "select 2"] },
    { sql: "-- a; b\nselect ';' /* ; */;\n", texts: ["select ';' /* ; */"] },
    {
      sql: "do $$ begin perform 1; end $$; select $x$;$x$;",
      texts: ["do $$ begin perform 1; end $$", "select $x$;$x$"],
    },
    {
      sql: "create function f() returns int begin atomic select 1; select 2; end; select 3;",
      texts: ["create function f() returns int begin atomic select 1; select 2; end", "select 3"],
    },
    { sql: "select 'ä€😀';;\n  select 2 -- end", texts: ["select 'ä€😀'", "select 2 -- end"] },
  ])("$sql", async ({ sql, texts }) => {
    const statements = await splitStatements(sql);
    expect(statements.map(({ text }) => text)).toEqual(texts);
    for (const { text, offset } of statements) {
      expect(sql.slice(offset, offset + text.length)).toBe(text);
    }
  });

  test("only if it is SQL", async () => {
    await expect(splitStatements("select 1; creat table a ()")).rejects.toThrow(
      'syntax error at or near "creat"',
    );
  });
});
