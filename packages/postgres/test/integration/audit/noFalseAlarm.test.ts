import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;

beforeAll(async () => {
  database = await createAuditedDatabase();
});

afterAll(() => database.drop());

test("a database that up has just left contains nothing undeclared", async () => {
  expect(await database.auditLines()).toEqual([]);
});

test("ignores temporary objects of an open session", async () => {
  const client = new Client(database.session("hosterizer_migrator"));
  await client.connect();
  try {
    await client.query(`set role ${database.owner};
      create temporary view seen as select domain from public.sites;
      grant select on seen to public;
      create function pg_temp.one() returns integer language sql security definer as 'select 1';
      grant execute on function pg_temp.one() to ${database.own("app_user")}`);
    expect(await database.auditLines()).toEqual([]);
  } finally {
    await client.end();
  }
});

test("reports nothing after a table is rewritten, analyzed or reindexed", async () => {
  await database.run(`vacuum full public.users`);
  await database.run(`reindex table public.sites; analyze; cluster public.sites using sites_pkey`);
  await database.run(`set role ${database.owner};
    create table public.events (at date not null) partition by range (at);
    create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
    alter table public.events rename to happenings;
    create view public.people with (security_invoker = true) as select full_name from public.users`);
  expect(await database.auditLines()).toEqual([]);
});

test("the functions of a range type, whose owner cannot be changed, stay with the role that restored it", async () => {
  await database.run(`create type public.hours as range (subtype = time);
    alter type public.hours owner to ${database.owner}`);
  expect(await database.auditLines()).toEqual([]);
});

test("declared extensions of every kind add nothing undeclared", async () => {
  const names = [
    "hstore",
    "pg_trgm",
    "ltree",
    "file_fdw",
    "dblink",
    "postgres_fdw",
    "pg_buffercache",
  ];
  const sql = names.map((name) => `create extension ${name} schema monitoring`).join(";\n");
  await database.run(sql);
  const extensions = [
    ...database.audit.extensions,
    ...names.map((name) => ({ name, schema: "monitoring", purpose: "" })),
  ];
  expect(await database.auditLines({ ...database.audit, extensions })).toEqual([]);
});
