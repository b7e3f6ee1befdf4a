import { expect, test } from "vitest";

import { migratedTables, type TableStatements } from "../../../src/rowLevelSecurity/migratedTables";

async function read(...files: string[]) {
  const { tables, complete } = await migratedTables(files);
  const columns = [...tables].map(([name, table]) => [name, [...table.columns]]);
  return { tables: Object.fromEntries(columns) as Record<string, string[]>, complete };
}

test("follows tables and columns through a series of migrations", async () => {
  const { tables, complete } = await read(
    "create table sites (id bigint, customer_id bigint, primary key (id)); create table other.logs (x int)",
    "alter table sites add column tags text[], drop column customer_id",
    "alter table public.sites rename column tags to labels; alter table sites rename to shops",
    "drop table other.logs",
  );
  expect(tables).toEqual({ "public.shops": ["id", "labels"] });
  expect(complete).toBe(true);
});

test("knows the columns that a table has from others, and which table is a child", async () => {
  const { tables, complete } = await migratedTables([
    `create table events (customer_id bigint, at date) partition by range (at);
     create table events_2026 partition of events default;
     create table old_events (like events including all, also text);
     create table parts (at date, customer_id bigint);
     alter table events attach partition parts for values from ('2027-01-01') to ('2028-01-01');
     alter table events detach partition events_2026`,
  ]);
  expect(complete).toBe(true);
  const found = [...tables].map(([name, { columns, isChild }]) => [name, [...columns], isChild]);
  expect(found).toEqual([
    ["public.events", ["customer_id", "at"], false],
    ["public.events_2026", ["customer_id", "at"], false],
    ["public.old_events", ["customer_id", "at", "also"], false],
    ["public.parts", ["at", "customer_id"], true],
  ]);
});

test.each<[sql: string, targets: string[]]>([
  ["create table a (b bigint references customers)", ["public.customers"]],
  ["create table a (b bigint, foreign key (b) references billing.bills)", ["billing.bills"]],
  [
    "create table a (b bigint); alter table a add foreign key (b) references customers",
    ["public.customers"],
  ],
  [
    "create table a (b bigint references customers); alter table customers rename to clients",
    ["public.customers"],
  ],
  [
    "create table customers (); create table a (b bigint references customers); alter table customers rename to clients",
    ["public.clients"],
  ],
  ["create table a (b bigint references customers); alter table a drop constraint a_b_fkey", []],
  [
    "create table a (b bigint constraint c references customers); alter table a drop constraint c",
    [],
  ],
  ["create table a (b bigint references customers); alter table a drop column b", []],
])("knows where foreign keys lead: %s", async (sql, targets) => {
  const { tables } = await migratedTables([sql]);
  const found = [...(tables.get("public.a")?.references.values() ?? [])];
  expect(found.map(({ target }) => target)).toEqual(targets);
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
])("knows that the result of this is unknown: %s", async (sql) => {
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

test("the cached facts of files equal those of their text", async () => {
  const files = [
    `create table customers (id bigint primary key);
     insert into customers values (1); select 1; comment on table customers is 'x';
     create table sites (id bigint, customer_id bigint references customers);
     create table parts (like sites)`,
    "insert into sites select n, n from generate_series(1, 9) as n",
    "alter table sites rename column id to number; drop table parts; this is no sql",
    "alter table customers rename to clients",
  ];
  const kept: string[] = [];
  const remembered = await migratedTables(files, async (_sql, find) => {
    const answer = JSON.stringify(await find());
    kept.push(answer);
    return JSON.parse(answer) as TableStatements;
  });

  expect(remembered).toEqual(await migratedTables(files));
  // Rows are not kept.
  expect(kept[1]).toBe("[]");
});
