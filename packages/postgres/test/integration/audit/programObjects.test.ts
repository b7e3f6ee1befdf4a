import { readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import { ledgerObjects } from "../../../src/migrations/ledger";
import { createAuditedDatabase } from "./auditedDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let byOwner: (sql: string) => Promise<void>;

beforeAll(async () => {
  database = await createAuditedDatabase();
  byOwner = (sql) => database.run(`set role ${database.owner}; ${sql}`);
  const ledger = readFileSync("packages/postgres/src/migrations/createLedger.sql", "utf8");
  await byOwner(`set client_min_messages = warning; ${ledger}`);
});
afterAll(() => database.drop());

const found = (kind: string, name: string) =>
  `${kind} ${name} is not declared, found ${kind} that the program did not create`;
const left =
  ": it may hold data; drop it, or move it to another schema with SET SCHEMA (up leaves it)";

test("the ledger and the context's functions are the program's own", async () => {
  await expect(database.lines()).resolves.toEqual([]);
});

test("the list of the ledger's objects matches what its SQL creates", async () => {
  const made = await rowsOf<{ name: string }>(
    database.superuser,
    `with addresses as (
       select 'pg_class'::regclass as class, c.oid, a.attnum as part
         from pg_class as c
         join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'hosterizer'::regnamespace and c.relkind = 'r'
        union
       select 'pg_class'::regclass, oid, 0 from pg_class
        where relnamespace = 'hosterizer'::regnamespace and relkind = 'r'
        union
       select 'pg_constraint'::regclass, oid, 0 from pg_constraint
        where connamespace = 'hosterizer'::regnamespace
     )
     select i.type || ' ' || i.identity as name
       from addresses cross join lateral pg_identify_object(class, oid, part) as i`,
  );
  expect(made.map(({ name }) => name).sort()).toEqual(ledgerObjects.toSorted());
});

test("objects without rows are named and dropped", async () => {
  await byOwner(`create function tenancy.current_customer_id(text) returns bigint language sql as 'select 1::bigint';
    create procedure tenancy."a b"() language sql as '';
    create aggregate tenancy.total(integer) (sfunc = int4pl, stype = integer);
    create view tenancy.one as select 1 as one;
    create function hosterizer.spy() returns trigger language plpgsql as 'begin return null; end';
    create trigger spy after insert on hosterizer.schema_migrations for each row execute function hosterizer.spy();
    create constraint trigger late after insert on hosterizer.schema_records deferrable
      for each row execute function hosterizer.spy();
    create rule hush as on delete to hosterizer.accepted_drift do instead nothing;
    create policy hidden on hosterizer.migration_files using (false);
    create index by_time on hosterizer.schema_migrations (run_on);
    alter table hosterizer.migration_statements add constraint "few times" check (ordinal < 9);
    alter table hosterizer.migration_files add constraint other unique (up_sha256)`);
  const named = [
    found("aggregate", "tenancy.total(integer)"),
    found("constraint", '"few times" on hosterizer.migration_statements'),
    found("constraint", "other on hosterizer.migration_files"),
    found("function", "hosterizer.spy()"),
    found("function", "tenancy.current_customer_id(pg_catalog.text)"),
    found("index", "hosterizer.by_time"),
    found("policy", "hidden on hosterizer.migration_files"),
    found("procedure", 'tenancy."a b"()'),
    found("rule", "hush on hosterizer.accepted_drift"),
    found("trigger", "late on hosterizer.schema_records"),
    found("trigger", "spy on hosterizer.schema_migrations"),
    found("view", "tenancy.one"),
  ];
  const lines = await database.lines();
  expect(lines.map((line) => line.replace(/: drop it together with .*/, "")).sort()).toEqual(named);

  await database.repair();
  await expect(database.lines()).resolves.toEqual([]);
});

test("objects that may hold data are named and left", async () => {
  await byOwner(`create table hosterizer.notes (id serial primary key, note text);
    create index on hosterizer.notes (note);
    alter table hosterizer.schema_migrations add hint text default 'x';
    create sequence tenancy.numbers;
    create type tenancy.mood as enum ('fine');
    create type tenancy.hours as range (subtype = time);
    insert into hosterizer.notes (note) values ('kept')`);
  await database.repair();

  await expect(database.lines()).resolves.toEqual([
    found("sequence", "tenancy.numbers") + left,
    found("table", "hosterizer.notes") + left,
    found("column", "hosterizer.schema_migrations.hint") +
      ": it may hold data; drop it (up leaves it)",
    found("type", "tenancy.hours") + left,
    found("type", "tenancy.mood") + left,
  ]);
  await expect(rowsOf(database.superuser, "select note from hosterizer.notes")).resolves.toEqual([
    { note: "kept" },
  ]);
  await byOwner(`drop table hosterizer.notes; drop sequence tenancy.numbers; drop type tenancy.mood, tenancy.hours;
    alter table hosterizer.schema_migrations drop hint`);
  await expect(database.lines()).resolves.toEqual([]);
});

test("an object is left as long as others depend on it", async () => {
  await byOwner(`create function tenancy.fine(text) returns boolean language sql immutable as 'select true';
    create table public.things (thing text, constraint things_fine check (tenancy.fine(thing)))`);
  await database.repair();
  await expect(database.lines()).resolves.toEqual([
    `${found("function", "tenancy.fine(pg_catalog.text)")}: drop it together with constraint things_fine on table public.things (up leaves it)`,
  ]);

  await byOwner("drop table public.things");
  await database.repair();
  await expect(database.lines()).resolves.toEqual([]);
});

test("a role that may not drop it leaves it", async () => {
  await database.run("create view tenancy.mine as select 1 as one");
  const migrator = database.session("hosterizer_migrator");
  await expect(database.linesAs(migrator)).resolves.toContain(
    `${found("view", "tenancy.mine")}: only its owner or a superuser can repair it (up leaves it)`,
  );

  await database.repair();
  await expect(database.lines()).resolves.toEqual([]);
});
