import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { readSchemaDrift } from "../../../src/schema/schemaDrift";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { createMigrationDatabase, type MigrationDatabase } from "../migrations/migrationDatabase";
import { rollbackAnyhow } from "../migrations/rollbackAnyhow";

const shop = readFileSync(join(__dirname, "shop.sql"), "utf8");

describe("the recorded schema", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_open_shop", shop);
    await migrate(database.settings);
    await database.keep();
  });
  beforeEach(() => database.reset());
  afterAll(() => database.drop());

  const expectation = () => ({
    owner: database.settings.owner,
    schemas: ["public"],
    directory: database.settings.directory,
  });
  const drift = async () =>
    (await readSchemaDrift(database.settings.connection, expectation())).map(renderDifference);
  const restore = (lines: string[] = []) =>
    restoreSchema({
      connection: database.settings.connection,
      deployer: database.superuser,
      ...expectation(),
      log: (line) => lines.push(line),
    });
  const failure = async () => {
    const error: unknown = await restore().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof Error ? error.message : "it did not fail";
  };
  const checksum = () =>
    database.rows("select md5(string_agg(shops::text, ';' order by id)) from public.shops");

  test("is the live one after a migration run", async () => {
    expect(await drift()).toEqual([]);
    const lines: string[] = [];
    await restore(lines);
    expect(lines).toEqual([]);
  });

  test("is compared again after a renamed table of the ledger has its name back", async () => {
    await database.run("alter table hosterizer.schema_migrations rename to schema_migrations_kept");
    expect(await drift()).toEqual([
      expect.stringMatching(/^table hosterizer\.schema_migrations is missing, expected the table/),
    ]);
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("names manual changes, restores what they changed and says so", async () => {
    await database.run(
      `drop index public.shops_city_idx;
       alter table public.shops alter column city drop not null, alter column city set default 'Rome'`,
    );
    expect(await drift()).toEqual([
      "column public.shops.city: found default 'Rome'::text, expected default 'Berlin'::text",
      "column public.shops.city: found nullable, expected NOT NULL",
      "index public.shops_city_idx is missing, expected CREATE INDEX shops_city_idx ON public.shops USING btree (city)",
    ]);
    const lines: string[] = [];
    await restore(lines);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/^restored index public\.shops_city_idx is missing/);
    expect(await drift()).toEqual([]);
  });

  test("is restored together with what depended on an object that had to be recreated", async () => {
    await database.run(
      `create function public.note() returns trigger language plpgsql as 'begin return new; end'`,
    );
    await database.run(`alter function public.note() owner to ${database.settings.owner}`);
    await database.write(
      "000002_watch_view",
      `create or replace function note() returns trigger language plpgsql as 'begin return new; end';
       create view named as select name from shops;
       create trigger named_note instead of insert on named for each row execute function note();`,
    );
    await migrate(database.settings);
    await database.run(
      "drop view public.named; create view public.named as select 1 as name, 2 as more",
    );
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("refuses a table whose tenants are not isolated, before it changes anything", async () => {
    await database.run("drop index public.shops_city_idx");
    const tables = [{ schema: "public", table: "shops", column: "id" }];
    const roles = { tenantRoles: [], administratorRoles: [], backupRoles: [] };
    const tenancy = { administrators: "session" as const, tables, ...roles };
    const { superuser: connection } = database;

    const refused = restoreSchema({ connection, ...expectation(), tenancy });
    await expect(refused).rejects.toThrow(
      "table public.sales is not declared, found foreign key sales_shop_id_fkey to tenant table public.shops",
    );
    expect(await drift()).toEqual([
      expect.stringMatching(/^index public\.shops_city_idx is missing/),
    ]);

    const exemptTables = [{ schema: "public", table: "sales", reason: "no secret" }];
    await restoreSchema({ connection, ...expectation(), tenancy: { ...tenancy, exemptTables } });
    expect(await drift()).toEqual([]);
  });

  test("refuses what holds data, before it changes anything, and gives the choices", async () => {
    await database.run(
      `drop index public.shops_city_idx;
       alter table public.shops add column region text not null default 'north';
       create index shops_region_idx on public.shops (region);
       alter table public.shops drop column notes;
       alter table public.shops alter column city type varchar(20);
       create table public.handmade (id integer primary key, name text);`,
    );
    const before = await checksum();
    const message = await failure();
    expect(message.replaceAll(database.settings.directory, "migrations")).toMatchInlineSnapshot(`
      "the database and the migrations have drifted apart in ways that up does not repair by itself. Nothing in the schema was changed.
        table public.handmade is not declared, found columns id, name
        column public.shops.city: found type character varying(20), expected type text
        column public.shops.notes is missing, expected type text: it may have been renamed to public.shops.region, which has the same type
        column public.shops.region is not declared, found type text default 'north'::text not null: it may be public.shops.notes, renamed
        index public.shops_notes_idx is missing, expected CREATE INDEX shops_notes_idx ON public.shops USING btree (notes) WHERE (notes IS NOT NULL): it goes with column public.shops.notes
        index public.shops_region_idx is not declared, found CREATE INDEX shops_region_idx ON public.shops USING btree (region): it goes with column public.shops.region

      Make it official with a migration, which does nothing where the change is already in place:
        migrations/000002_resolve_drift.up.sql
          -- resolves drift: table public.handmade
          -- resolves drift: column public.shops.city
          -- resolves drift: column public.shops.notes
          -- resolves drift: column public.shops.region
          -- resolves drift: index public.shops_notes_idx
          -- resolves drift: index public.shops_region_idx
          drop index if exists public.shops_notes_idx;
          alter table public.shops drop column if exists notes;
          create table if not exists public.handmade (
              id integer not null,
              name text,
              constraint handmade_pkey PRIMARY KEY (id)
          );
          alter table public.shops alter column city type character varying(20) using city::character varying(20);
          alter table public.shops add column if not exists region text default 'north'::text not null;
          CREATE INDEX IF NOT EXISTS shops_region_idx ON public.shops USING btree (region);
        migrations/000002_resolve_drift.down.sql
          drop index if exists public.shops_region_idx;
          alter table public.shops drop column if exists region;
          alter table public.shops alter column city type text using city::text;
          drop table if exists public.handmade;
          alter table public.shops add column if not exists notes text;
          CREATE INDEX IF NOT EXISTS shops_notes_idx ON public.shops USING btree (notes) WHERE (notes IS NOT NULL);

      If it was renamed, use this instead of the drop and the addition:
        do $$ begin if exists (select from pg_catalog.pg_attribute where attrelid = 'public.shops'::regclass and pg_catalog.quote_ident(attname) = 'notes') then alter table public.shops rename column notes to region; end if; end $$;

      What was dropped is gone with its data. To get the data back, restore it from a backup instead.

      Or accept the database as it is; the reason is recorded with your name:
        npm run db -- accept-drift --reason 'why' 'table public.handmade' 'column public.shops.city' 'column public.shops.notes' 'column public.shops.region' 'index public.shops_notes_idx' 'index public.shops_region_idx'
      Or undo the change by hand."
    `);
    expect(await checksum()).toEqual(before);
    // Not even differences that hold no data are restored.
    expect(await drift()).toContainEqual(expect.stringContaining("index public.shops_city_idx"));
  });

  test.each<[string, string, string[]]>([
    [
      "columns, a table, a type",
      `alter table public.shops add column region text not null default 'north';
       create index shops_region_idx on public.shops (region);
       alter table public.shops drop column notes;
       alter table public.shops alter column city type varchar(20);
       create table public.handmade (id integer primary key, name text default 'x');
       comment on table public.handmade is 'Made by hand';`,
      [],
    ],
    [
      "partitions, sequences, materialized views, schemas",
      `create table public.sales_2027 partition of public.sales for values from ('2027-01-01') to ('2028-01-01');
       create table public.events (day date not null, id integer generated by default as identity (start with 7),
         twice integer generated always as (id * 2) stored) partition by range (day);
       create index events_day_idx on public.events (day);
       create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01')
         with (fillfactor = 80);
       create sequence public.numbers as integer increment by 5 start with 10;
       drop sequence public.tickets;
       create materialized view public.totals as select count(*) as shops from public.shops;
       create unique index totals_shops_key on public.totals (shops);
       create schema handmade authorization %owner%`,
      [],
    ],
    [
      "labels, logging, storage, collation, numbering",
      `alter type public.mood add value 'angry' before 'sad';
       alter table public.sales_2025 set unlogged;
       alter table public.shops alter column notes set storage external;
       alter table public.shops alter column notes type text collate "POSIX";
       alter table public.shops alter column id set generated by default;
       alter sequence public.tickets increment by 3 cycle;
       create table public.child () inherits (public.shops);
       create schema busy authorization %owner%;
       create table busy.notes (id integer generated always as identity primary key);
       alter table busy.notes owner to %owner%`,
      ["schema busy", "table public.child"],
    ],
  ])("accepts the migration that it prints: %s", async (_what, byHand, unwritten) => {
    const { owner } = database.settings;
    for (const statement of byHand.replaceAll("%owner%", owner).split(";")) {
      await database.run(statement);
    }
    const message = await failure();
    for (const object of unwritten) {
      expect(message).toMatch(
        new RegExp(`The statements for these have to be written by hand:\n(  .*\n)*  ${object}\n`),
      );
    }
    const files = [...message.matchAll(/^ {2}\S+\/(000002\w+)\.(up|down)\.sql\n((?: {4}.*\n)+)/gm)];
    const [up = "", down = ""] = files.map(([, , , text = ""]) => text.replace(/^ {4}/gm, ""));
    await database.write("000002_resolve_drift", up, down);
    const left = (await readSchemaDrift(database.settings.connection, expectation())).filter(
      ({ repair }) => repair === "refused",
    );
    expect([...new Set(left.map(({ object }) => object))]).toEqual(unwritten);
    for (const object of unwritten) await database.run(`drop ${object} cascade`);
    await restore();
    await migrate(database.settings);
    expect(await drift()).toEqual([]);

    const other = await createMigrationDatabase();
    try {
      const settings = { ...other.settings, directory: database.settings.directory };
      await migrate(settings);
      const objects = `select kind, identity, facts from hosterizer.schema_objects order by 1, 2`;
      expect(await other.rows(objects)).toEqual(await database.rows(objects));

      await rollbackAnyhow({ ...settings, target: 1 });
      await rollbackAnyhow({ ...database.settings, target: 1 });
      expect(await other.rows(objects)).toEqual(await database.rows(objects));
    } finally {
      await other.drop();
    }
  });

  test("keeps earlier repairs when rows violate the next one, and resumes once they don't", async () => {
    await database.run(
      `drop index public.shops_city_idx; drop index public.shops_lower_name_key;
       alter table public.shops disable trigger shops_stamp;
       insert into public.shops (name, city) values ('SHOP 1', 'Rome')`,
    );
    const message = await failure();
    expect(message).toMatch(
      /^index public\.shops_lower_name_key could not be restored: could not create unique index "shops_lower_name_key" \(23505\)\ndetail: Key \(lower\(name\)\)=\(shop 1\) is duplicated\./,
    );
    expect(await drift()).toEqual([
      expect.stringMatching(/^index public\.shops_lower_name_key is missing/),
      expect.stringMatching(/^trigger shops_stamp on public\.shops/),
    ]);
    await database.run("delete from public.shops where city = 'Rome'");
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("names the table, the column and the count if nulls prevent NOT NULL", async () => {
    await database.run(
      `alter table public.shops alter column city drop not null;
       update public.shops set city = null where id <= 3`,
    );
    expect(await failure()).toMatch(
      /^column public\.shops\.city could not be restored: public\.shops\.city is null in 3 rows \(23502\)/,
    );
    expect(await drift()).toEqual(["column public.shops.city: found nullable, expected NOT NULL"]);
  });

  test("drops the remains of an interrupted index build, and builds the index", async () => {
    await database.run("drop index public.shops_lower_name_key");
    await database.run("insert into public.shops (name, city) values ('SHOP 1', 'Rome')");
    await database
      .run("create unique index concurrently shops_lower_name_key on public.shops (lower(name))")
      .catch(() => undefined);
    await database.run("delete from public.shops where city = 'Rome'");
    expect(await drift()).toEqual([
      "index public.shops_lower_name_key: found INVALID, expected VALID",
    ]);
    await restore();
    expect(await drift()).toEqual([]);
  });

  test("is recorded if no record matches the ledger", async () => {
    await database.run("delete from hosterizer.schema_records");
    expect(await drift()).toEqual([expect.stringMatching(/^schema record: found none/)]);
    const lines: string[] = [];
    await restore(lines);
    expect(lines).toEqual(["recorded the schema as it is"]);
    expect(await drift()).toEqual([]);
  });

  test("refuses migrations that were edited in the folder, and says what to do", async () => {
    await database.write("000001_open_shop", `${shop}\nselect 1;`);
    expect(await drift()).toEqual([
      "migration 000001_open_shop: found the up file edited, expected the up file as it was applied (up refuses)",
    ]);
    expect(await failure()).toMatch(/Restore it from version control, and put the change into/);
  });

  test("finds nothing in a database that does not exist or is not migrated", async () => {
    const absent = { ...database.superuser, database: "absent" };
    expect(await readSchemaDrift(absent, expectation())).toEqual([]);
    await restoreSchema({ connection: absent, ...expectation() });

    const stranger = { ...expectation(), owner: "nobody_of_this_name" };
    expect(await readSchemaDrift(database.settings.connection, stranger)).toEqual([]);
    await database.run("drop schema hosterizer cascade");
    expect(await drift()).toEqual([]);
  });

  test("is restored by a login that is only a member of the owner", async () => {
    await database.run("drop index public.shops_city_idx");
    await restoreSchema({ ...expectation(), connection: database.settings.connection });
    expect(await drift()).toEqual([]);
  });
});
