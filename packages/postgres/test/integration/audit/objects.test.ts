import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let owner: string;
let stranger: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  owner = database.owner;
  stranger = (await database.role("stranger")).user;
  await database.run(`create schema theirs authorization ${stranger}`);
});

afterAll(() => database.drop());

test("names objects in our schemas that belong to another role, and returns them to the owner", async () => {
  await database.run(`set role ${owner};
    create table public.things (id bigint generated always as identity, size integer);
    create view public.names as select full_name from public.users;
    create sequence public.counter;
    create function public.one() returns integer language sql as 'select 1';
    create procedure public.nothing() language sql as '';
    create aggregate public.total (integer) (sfunc = pg_catalog.int4pl, stype = integer);
    create type public.mood as enum ('fine');
    create type public.pair as (x integer, y integer);
    create domain public.positive as integer check (value > 0);
    create statistics public.sizes on id, size from public.things;
    create operator public.|+| (leftarg = integer, rightarg = integer, function = pg_catalog.int4pl);
    reset role;
    alter table public.things owner to ${stranger};
    alter view public.names owner to ${stranger};
    alter sequence public.counter owner to ${stranger};
    alter function public.one() owner to ${stranger};
    alter procedure public.nothing() owner to ${stranger};
    alter aggregate public.total (integer) owner to ${stranger};
    alter type public.mood owner to ${stranger};
    alter type public.pair owner to ${stranger};
    alter domain public.positive owner to ${stranger};
    alter statistics public.sizes owner to ${stranger};
    alter operator public.|+| (integer, integer) owner to ${stranger};
    alter schema public owner to ${stranger}`);
  const lines = (await database.auditLines()).filter((line) => line.includes("owner"));
  await database.repair();

  const found = (object: string, expected = owner) =>
    `${object}: found owner ${stranger}, expected owner ${expected}`;
  expect(lines).toEqual([
    found("aggregate public.total(integer)"),
    found("domain public.positive"),
    found("function public.one()"),
    found("operator public.|+|(integer,integer)"),
    found("procedure public.nothing()"),
    found("schema public", "pg_database_owner"),
    found("sequence public.counter"),
    found("statistics public.sizes"),
    found("table public.things"),
    found("type public.mood"),
    found("type public.pair"),
    found("view public.names"),
  ]);
  expect(await database.auditLines()).toEqual([]);
});

test("names and reassigns what a role of ours owns anywhere, and leaves what strangers own", async () => {
  await database.run(`create table theirs.own (x integer);
    create table theirs.given (x integer);
    alter table theirs.own owner to ${stranger};
    alter table theirs.given owner to ${database.own("app_user")}`);
  expect(await database.auditLines()).toEqual([
    `table theirs.given: found owner ${database.own("app_user")}, expected owner ${owner}`,
  ]);

  await database.repair();
  expect(await database.auditLines()).toEqual([]);
});

test("names a SECURITY DEFINER function without a search_path and gives it a safe one", async () => {
  await database.run(`set role ${owner};
    create table public.words (word text);
    create function public.first_word() returns text language sql security definer
      as 'select min(word) from words';
    create function public.second_word() returns text language sql security definer
      set search_path = "$user", public as 'select min(word) from words';
    create function public.fixed() returns integer language sql security definer
      set search_path = '' as 'select 1'`);
  const lines = await database.auditLines();
  await database.repair();
  const repaired = await database.auditLines();
  const word = await withClient(database.superuser, "test", async (client) => {
    await client.query("insert into public.words values ('a real word')");
    await client.query("create temporary table words (word text)");
    const { rows } = await client.query<{ word: string }>("select public.first_word() as word");
    return rows[0]?.word;
  });

  const why = `its caller chooses what it uses with the rights of ${owner}`;
  const safe = "expected SECURITY DEFINER with search_path pg_catalog, public, pg_temp";
  expect(lines).toEqual([
    `function public.first_word(): found SECURITY DEFINER with no search_path, ${safe}: ${why}`,
    `function public.second_word(): found SECURITY DEFINER with search_path "$user", public, ${safe}: ${why}`,
  ]);
  expect(repaired).toEqual([]);
  expect(word).toBe("a real word");
});

test("names a view over a tenant table, also through other views, and makes it run as its invoker", async () => {
  await database.run(`set role ${owner};
    create view public.regions with (security_invoker = on) as select region, id from public.sites;
    create view public.regions_in_use as select distinct region from public.regions;
    create view public.closed with (security_invoker = false) as
      select c.id from public.customers as c where exists (select from public.deployments);
    create view public.people as select full_name from public.users`);
  expect(await database.auditLines()).toEqual([
    `view public.closed: found rows of public.customers, public.deployments as ${owner} sees them, expected security_invoker`,
    `view public.regions_in_use: found rows of public.sites as ${owner} sees them, expected security_invoker`,
  ]);

  await database.repair();
  expect(await database.auditLines()).toEqual([]);
});

test("names a materialized view over a tenant table and leaves it, because it holds rows", async () => {
  await database.run(`set role ${owner};
    create materialized view public.domains as select domain from public.sites`);
  const lines = [
    `materialized view public.domains is not declared, found rows of public.sites as ${owner} sees them: ` +
      "it stores rows of every tenant outside row-level security: drop it, or keep the rows in a tenant table (up leaves it)",
  ];
  expect(await database.auditLines()).toEqual(lines);

  await database.repair();
  expect(await database.auditLines()).toEqual(lines);
  await database.run("drop materialized view public.domains");
});

test("reports objects of others that reach into ours, and leaves them", async () => {
  await database.run(`grant usage on schema public to ${stranger};
    grant select, references on public.sites to ${stranger};
    set role ${stranger};
    create view theirs.sites as select * from public.sites;
    create view theirs.careful with (security_invoker = true) as select * from public.sites;
    create table theirs.visits (site bigint references public.sites);
    reset role;
    revoke all on public.sites from ${stranger};
    revoke usage on schema public from ${stranger};
    create publication everything for all tables;
    create publication people for table public.users;
    create subscription copies connection 'host=nowhere' publication theirs with (connect = false)`);
  const tables = database.audit.tenancy.tables.map(({ schema, table }) => `${schema}.${table}`);
  const lines = [
    `view theirs.sites is not declared, found rows of public.sites as ${stranger} sees them: ` +
      `it belongs to ${stranger}, and row-level security does not filter what its readers see (up leaves it)`,
    "foreign key visits_site_fkey on theirs.visits is not declared, found a reference to public.sites: " +
      "it prevents rows of ours from being deleted, and reveals which keys exist (up leaves it)",
    `publication everything is not declared, found changes of ${tables.sort().join(", ")}: ` +
      "its subscribers receive the rows of every tenant (up leaves it)",
    "subscription copies is not declared, found subscription of theirs: " +
      "another server writes to this database (up leaves it)",
  ];
  expect(await database.auditLines()).toEqual(lines);

  await database.repair();
  expect(await database.auditLines()).toEqual(lines);
  await database.run(
    `alter subscription copies set (slot_name = none); drop subscription copies;
     drop publication everything; drop view theirs.sites; drop table theirs.visits`,
  );
  expect(await database.auditLines()).toEqual([]);
});
