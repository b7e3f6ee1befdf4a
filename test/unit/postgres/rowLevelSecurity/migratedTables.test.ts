import { expect, test } from "vitest";

import { migratedTables } from "../../../../postgres/rowLevelSecurity/migratedTables";

async function read(...files: string[]) {
  const { tables, complete } = await migratedTables(files);
  const columns = [...tables].map(([name, set]) => [name, [...set]]);
  return { tables: Object.fromEntries(columns) as Record<string, string[]>, complete };
}

test("follows tables and columns through a row of migrations", async () => {
  const { tables, complete } = await read(
    "create table sites (id bigint, customer_id bigint, primary key (id)); create table other.logs (x int)",
    "alter table sites add column tags text[], drop column customer_id",
    "alter table public.sites rename column tags to labels; alter table sites rename to shops",
    "drop table other.logs",
  );
  expect(tables).toEqual({ "public.shops": ["id", "labels"] });
  expect(complete).toBe(true);
});

test.each([
  "do $$ begin execute 'create table x ()'; end $$",
  "create table x as select 1 as id",
  "create table x (like y)",
  "create table x () inherits (y)",
  "create table x partition of y default",
  "alter table x set schema z",
  "call make_tables()",
  "this is no sql",
])("knows that it cannot know what this leaves behind: %s", async (sql) => {
  expect((await read(sql)).complete).toBe(false);
});

test("is not misled by comments, strings and function bodies", async () => {
  const { tables, complete } = await read(
    `-- create table a ();
     create function f() returns void language plpgsql as $$ begin create table b (); end $$;
     insert into c values ('create table d ()')`,
  );
  expect(tables).toEqual({});
  expect(complete).toBe(true);
});
