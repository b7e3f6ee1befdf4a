import { expect, test } from "vitest";

import { transactionControl } from "../../src/transactionControl";

test.each([
  ["commit", "COMMIT"],
  ["  Commit Work;", "COMMIT"],
  ["commit and chain", "COMMIT"],
  ["commit prepared 'x'", "COMMIT PREPARED"],
  ["-- a comment\n/* another /* within */ one */ rollback", "ROLLBACK"],
  ["-- a comment\rcommit", "COMMIT"],
  ["rollback work", "ROLLBACK"],
  ["rollback transaction and no chain", "ROLLBACK TRANSACTION"],
  ["abort", "ABORT"],
  ["end", "END"],
  ["begin", "BEGIN"],
  ["start transaction read only", "START TRANSACTION"],
  ["prepare transaction 'x'", "PREPARE TRANSACTION"],
  [";;select 'a;b''; x'; commit", "COMMIT"],
  ['select "a;""b"; commit', "COMMIT"],
  ["select $$ ' $$; commit", "COMMIT"],
  ["select $tag$ $$ ' $tag$; commit", "COMMIT"],
  ["select E'\\''; commit", "COMMIT"],
  ["select 'a\\'; commit", "COMMIT"],
  ["select (1); commit", "COMMIT"],
  ["select case when true then 1 end; commit", "COMMIT"],
  ["create function f() returns int begin atomic select 1; end; commit", "COMMIT"],
])("refuses %s", (text, refused) => {
  expect(transactionControl(text).refused).toBe(refused);
});

test.each([
  "select 1",
  "savepoint commit",
  "release savepoint a",
  "select 'x; commit'",
  "select E'\\'; commit; --'",
  "select $a$; commit; $a$",
  'select 1 as "a; commit"',
  "select 1 -- ; commit",
  "select 1 /* ; commit /* ; */ ; commit */",
  "select case when true then 1 end",
  "prepare p as select 1",
  "insert into t values ('begin'); update t set a = $1 where b = 'end'",
  "create rule r as on insert to t do (select 1; end)",
  `create function f() returns int begin atomic select case when true then 1 end; select 2; end`,
  "do $$ begin perform 1; end $$",
  "select 'not closed; commit",
  'select "not closed; commit',
  "select $a$ not closed; commit",
  "/* not closed; commit",
  "declare c cursor for select 1; fetch c; close c",
  "",
])("lets %s through", (text) => {
  expect(transactionControl(text)).toEqual({ savepointRollbacks: 0 });
});

test.each([
  ["rollback to a", 1],
  ["ROLLBACK WORK TO SAVEPOINT a; rollback transaction to a; rollback to a", 3],
])("counts rollbacks to a savepoint: %s", (text, savepointRollbacks) => {
  expect(transactionControl(text)).toEqual({ savepointRollbacks });
});

test("scans a long text in linear time", () => {
  const text = `insert into t values (${"'it''s', ".repeat(200_000)}1); end`;
  const begin = performance.now();
  expect(transactionControl(text).refused).toBe("END");
  expect(performance.now() - begin).toBeLessThan(2000);
});
