import { describe, expect, test } from "vitest";

import { readLineComments, readTokens, splitStatements } from "../../../src/sql/statements";

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

test("line comments have their text and position, and other comments are omitted", async () => {
  const sql = "/* 😀 */ -- one ä\nselect '-- none';\n  --two";
  const comments = await readLineComments(sql);
  expect(comments.map(({ text }) => text)).toEqual(["-- one ä", "--two"]);
  for (const { text, offset } of comments) {
    expect(sql.slice(offset, offset + text.length)).toBe(text);
  }
});

test("a text that the scanner rejects has neither tokens nor comments", async () => {
  const sql = "-- safety: x because y\nselect 'unterminated";
  expect(await readTokens(sql)).toBeUndefined();
  expect(await readLineComments(sql)).toEqual([]);
});
