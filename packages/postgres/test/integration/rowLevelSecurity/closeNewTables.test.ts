import { afterAll, beforeAll, expect, test } from "vitest";

import { closeNewTables } from "../../../src/rowLevelSecurity/closeTables";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

test("a declared tenant table is closed from the start: a role that may select sees no row", async () => {
  const application = await database.role("app");
  const tables = [
    { schema: "public", table: "born", column: "customer_id" },
    { schema: "public", table: "not_yet_there", column: "customer_id" },
    { schema: "public", table: "it's odd", column: "customer_id" },
  ];
  await database.run(`
    grant usage on schema public to ${application.user};
    alter default privileges in schema public grant select on tables to ${application.user};
    begin;
    create table public.born (customer_id bigint);
    create table public."it's odd" (customer_id bigint);
    create table public.everyones (word text);
    insert into public.born values (1);
    insert into public.everyones values ('all');
    ${closeNewTables(tables)};
    commit`);

  expect(await rowsOf(application, "select * from public.born")).toEqual([]);
  expect(await rowsOf(application, "select * from public.everyones")).toEqual([{ word: "all" }]);
  const closed = await rowsOf(
    database.superuser,
    `select relname, relforcerowsecurity as forced
       from pg_catalog.pg_class where relrowsecurity order by relname`,
  );
  // Not forced, so that the next migration can still fill it as its owner.
  expect(closed).toEqual([
    { relname: "born", forced: false },
    { relname: "it's odd", forced: false },
  ]);
});

test("so are its partitions at every level and its children, which a query can name directly", async () => {
  const table = { schema: "public", table: "parted", column: "customer_id" };
  await database.run(`
    create table public.parted (customer_id bigint) partition by list (customer_id);
    create table public.parted_rest partition of public.parted default partition by hash (customer_id);
    create table public.parted_rest_0 partition of public.parted_rest for values with (modulus 1, remainder 0);
    create table public.parent (customer_id bigint);
    create table public.child () inherits (public.parent);
    ${closeNewTables([table, { ...table, table: "parent" }])}`);
  const closed = await rowsOf<{ name: string }>(
    database.superuser,
    `select relname as name from pg_catalog.pg_class
      where relrowsecurity and (relname ~ '^(parted|parent|child)') order by relname`,
  );
  expect(closed.map(({ name }) => name)).toEqual([
    "child",
    "parent",
    "parted",
    "parted_rest",
    "parted_rest_0",
  ]);
});

test("needs no declared table at all", async () => {
  await database.run(closeNewTables([]));
});
