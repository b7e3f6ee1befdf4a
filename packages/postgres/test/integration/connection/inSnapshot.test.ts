import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { inSnapshot } from "../../../src/connection/inSnapshot";
import { createTestDatabase, type TestDatabase } from "../testDatabase";
import { startTestServer, type TestServer } from "../testServer";

let server: TestServer;
let database: TestDatabase;

// On the shared server other tests grant memberships meanwhile, which is DDL too.
beforeAll(async () => {
  server = await startTestServer();
  database = await createTestDatabase(server.url);
  await database.run("create table public.kept (id bigint, note text)");
});

afterAll(() => server.remove());

/** Reads, with `meanwhile` committed by another session in the middle of each of the first `times` readings. */
async function readWhile(meanwhile: string, times: number, sql: string) {
  let readings = 0;
  const result = await withClient(database.superuser, "test", (client) =>
    inSnapshot(client, undefined, async (reader: Client) => {
      readings++;
      if (readings <= times) await database.run(meanwhile.replaceAll("$n", String(readings)));
      return (await reader.query<{ found: unknown }>(sql)).rows[0]?.found;
    }),
  );
  return { readings, result };
}

const columns = `select count(*)::int as found from pg_catalog.pg_attribute
                  where attrelid = 'public.kept'::regclass and attnum > 0`;

test.each([
  ["a column is added", "alter table public.kept add column extra$n int"],
  ["a default is set", "alter table public.kept alter column id set default $n"],
  ["a comment is written", "comment on table public.kept is 'number $n'"],
  [
    "a function is created",
    "create function public.made$n() returns int language sql as 'select 1'",
  ],
  ["a privilege is granted", "grant select on public.kept to pg_monitor"],
  ["a setting is changed", "alter database $database set work_mem = '1$nMB'"],
])("a read is repeated if %s meanwhile", async (_what, sql) => {
  const meanwhile = sql.replace("$database", database.name);
  const { readings } = await readWhile(meanwhile, 1, "select 1 as found");
  expect(readings).toBe(2);
});

test("the result is that of the undisturbed read", async () => {
  const before = (await readWhile("", 0, columns)).result as number;
  const { result } = await readWhile("alter table public.kept add column later$n int", 2, columns);
  expect(result).toBe(before + 2);
});

test.each([
  ["rows change", "insert into public.kept (id) values ($n)"],
  ["statistics are gathered", "analyze public.kept"],
  ["others use temporary tables", "create temporary table passing (id int); drop table passing"],
  ["another database is created", "create database another$n"],
  ["another database gets a setting", "alter database postgres set work_mem = '1$nMB'"],
])("a read is not repeated if %s meanwhile", async (_what, sql) => {
  expect((await readWhile(sql, 1, "select 1 as found")).readings).toBe(1);
});

test("an object that disappears while it is described leads to another read", async () => {
  await database.run("create view public.passing as select id from public.kept");
  const { readings, result } = await readWhile(
    "drop view if exists public.passing",
    1,
    `select pg_catalog.string_agg(pg_catalog.pg_get_viewdef(oid), '') as found
       from pg_catalog.pg_class where relname = 'passing'`,
  );
  expect({ readings, result }).toEqual({ readings: 2, result: null });
});

test("an error of the read itself is thrown at once", async () => {
  const faulty = readWhile("", 0, "select no_such_function() as found");
  await expect(faulty).rejects.toMatchObject({ code: "42883" });
});

test("DDL that never pauses ends in an error that says so", async () => {
  const disturbed = readWhile("comment on table public.kept is 'again $n'", Infinity, "select 1");
  await expect(disturbed).rejects.toThrow(/another session runs DDL.*pg_stat_activity/s);
});
