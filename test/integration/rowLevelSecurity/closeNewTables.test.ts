import { afterAll, beforeAll, expect, test } from "vitest";

import { closeNewTables } from "../../../postgres/rowLevelSecurity/closeNewTables";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

test("a declared tenant table is born closed: whoever may select sees no row", async () => {
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

test("needs no declared table at all", async () => {
  await database.run(closeNewTables([]));
});
