import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openClient } from "../../../../src/connection/connection";
import { inSnapshot } from "../../../../src/connection/inSnapshot";
import { compareSchema } from "../../../../src/schema/record/schemaChanges";
import { readSchema } from "../../../../src/schema/catalog/readSchema";
import { repairSchema } from "../../../../src/schema/repair/repairSchema";
import { type SchemaFinding, schemaFindings } from "../../../../src/schema/schemaFindings";
import type { SchemaObject } from "../../../../src/schema/catalog/schemaObject";
import {
  createMigrationDatabase,
  type MigrationDatabase,
} from "../../migrations/migrationDatabase";

/** SQL that a superuser runs by hand, and the kinds of the differences that it makes. */
const breaks: readonly (readonly [what: string, sql: string, kinds: readonly string[]])[] = [
  ["an index is dropped", "drop index public.shops_city_idx", ["index missing"]],
  [
    "a unique and a partial index are dropped",
    "drop index public.shops_lower_name_key, public.shops_notes_idx",
    ["index missing", "index missing"],
  ],
  [
    "an index is recreated on another column",
    "drop index public.shops_city_idx; create index shops_city_idx on public.shops (name)",
    ["index altered", "index comment"],
  ],
  [
    "an index is marked invalid",
    "update pg_index set indisvalid = false where indexrelid = 'public.shops_city_idx'::regclass",
    ["index invalid"],
  ],
  ["an index is added", "create index handmade on public.shops (city, name)", ["index added"]],
  [
    "an index of a partitioned table is dropped",
    "drop index public.sales_sold_idx",
    ["index missing"],
  ],
  [
    "an index of a partitioned table is added",
    "create index handmade on public.sales (amount)",
    ["index added"],
  ],
  [
    "an index is added on one partition",
    "create index handmade on public.sales_2025 (amount)",
    ["index added"],
  ],
  [
    "a check is dropped",
    "alter table public.shops drop constraint shops_name_check",
    ["constraint missing"],
  ],
  [
    "a check is made weaker",
    `alter table public.shops drop constraint shops_name_check;
     alter table public.shops add constraint shops_name_check check (char_length(name) >= 0)`,
    ["constraint altered"],
  ],
  [
    "a check is not validated",
    `alter table public.shops drop constraint shops_name_check;
     alter table public.shops add constraint shops_name_check check (char_length(name) > 0) not valid`,
    ["constraint not validated"],
  ],
  [
    "a check is added",
    "alter table public.shops add constraint handmade check (id > 0)",
    ["constraint added"],
  ],
  [
    "a check of a partitioned table is dropped",
    "alter table public.sales drop constraint sales_amount_check",
    ["constraint missing", "constraint missing", "constraint missing"],
  ],
  [
    "a check of a partitioned table is added",
    "alter table public.sales add constraint handmade check (amount < 1000)",
    ["constraint added", "constraint added", "constraint added"],
  ],
  [
    "a check of a partitioned table is replaced",
    `alter table public.sales drop constraint sales_amount_check;
     alter table public.sales add constraint sales_amount_check check (amount > -1)`,
    ["constraint altered", "constraint altered", "constraint altered"],
  ],
  [
    "a foreign key is dropped",
    "alter table public.sales drop constraint sales_shop_id_fkey",
    ["constraint missing"],
  ],
  [
    "a primary key and the foreign keys that reference it are dropped",
    "alter table public.shops drop constraint shops_pkey cascade",
    ["constraint missing", "constraint missing"],
  ],
  [
    "the key of a partitioned table is dropped",
    "alter table public.sales drop constraint sales_pkey",
    ["constraint missing"],
  ],
  [
    "a unique key is dropped",
    "alter table public.shops drop constraint shops_name_city_key",
    ["constraint missing"],
  ],
  [
    "the repair of a key ended between its index and its constraint",
    `alter table public.shops drop constraint shops_name_city_key;
     create unique index shops_name_city_key on public.shops (name, city)`,
    ["constraint missing", "index added"],
  ],
  [
    "a unique key is replaced",
    `alter table public.shops drop constraint shops_name_city_key;
     alter table public.shops add constraint shops_name_city_key unique (city, name) deferrable`,
    ["constraint altered"],
  ],
  [
    "the index of a key is marked invalid",
    "update pg_index set indisvalid = false where indexrelid = 'public.shops_name_city_key'::regclass",
    ["constraint not validated"],
  ],
  ["a trigger is dropped", "drop trigger shops_stamp on public.shops", ["trigger missing"]],
  [
    "a trigger is disabled",
    "alter table public.shops disable trigger shops_stamp",
    ["trigger disabled"],
  ],
  [
    "a trigger fires on another event",
    `drop trigger shops_stamp on public.shops;
     create trigger shops_stamp before insert on public.shops for each row execute function public.stamp()`,
    ["trigger altered"],
  ],
  [
    "a trigger is added with its function",
    `create function public.handmade() returns trigger language plpgsql as 'begin return new; end';
     create trigger handmade before update on public.shops for each row execute function public.handmade()`,
    ["function added", "trigger added"],
  ],
  [
    "a trigger of a partitioned table is dropped",
    "drop trigger sales_stamp on public.sales",
    ["trigger missing"],
  ],
  ["a rule is dropped", "drop rule shops_keep on public.shops", ["rule missing"]],
  [
    "a rule is added and another disabled",
    `create rule handmade as on delete to public.shops where old.id < -1 do instead nothing;
     alter table public.shops disable rule shops_keep`,
    ["rule added", "rule disabled"],
  ],
  [
    "a function does something else",
    `create or replace function public.stamp() returns trigger language plpgsql as 'begin return new; end'`,
    ["function altered"],
  ],
  [
    "a function has another signature, under the same name and arguments",
    `drop function public.doubled(integer) cascade;
     create function public.doubled(amount integer) returns bigint language sql as 'select 2'`,
    ["function altered", "view missing", "view missing"],
  ],
  [
    "functions, procedures and aggregates are dropped",
    "drop procedure public.tidy(); drop aggregate public.total(integer)",
    ["procedure missing", "aggregate missing"],
  ],
  [
    "a function is added beside one of the same name",
    "create function public.doubled(amount text) returns text language sql as 'select amount'",
    ["function added"],
  ],
  [
    "views are dropped",
    "drop view public.busiest, public.busy_shops",
    ["view missing", "view missing"],
  ],
  [
    "a view shows something else",
    "create or replace view public.busiest as select shops.name from public.shops",
    ["view altered"],
  ],
  [
    "a view has other columns",
    `drop view public.busiest; create view public.busiest as select 1 as name, 2 as other`,
    ["view altered"],
  ],
  [
    "a view has options, other comments, and is added",
    `alter view public.busiest set (security_invoker = true);
     comment on column public.busy_shops.six is null;
     comment on view public.busy_shops is 'x';
     create view public.handmade as select * from public.busiest`,
    ["view options", "view column comments", "view comment", "view added"],
  ],
  [
    "defaults are changed, dropped and added",
    `alter table public.shops alter column city set default 'Rome';
     alter table public.sales alter column amount set default 1`,
    ["column default", "column default", "column default", "column default"],
  ],
  [
    "NOT NULL is lost",
    "alter table public.shops alter column city drop not null",
    ["column NOT NULL"],
  ],
  [
    "NOT NULL of a partitioned table is lost",
    "alter table public.sales alter column amount drop not null",
    ["column NOT NULL", "column NOT NULL", "column NOT NULL"],
  ],
  [
    "NOT NULL is added",
    "alter table public.shops alter column notes set not null",
    ["column NOT NULL"],
  ],
  [
    "comments are changed",
    `comment on table public.shops is null; comment on column public.shops.city is 'it''s';
     comment on index public.shops_city_idx is null; comment on constraint shops_pkey on public.shops is 'x';
     comment on function public.stamp() is 'x'; comment on type public.mood is 'x'; comment on domain public.postcode is 'x'`,
    [
      "column comment",
      "constraint comment",
      "domain comment",
      "enum comment",
      "function comment",
      "index comment",
      "table comment",
    ],
  ],
  [
    "storage parameters are changed",
    "alter table public.shops reset (fillfactor); alter table public.shops set (autovacuum_enabled = false)",
    ["table options"],
  ],
  [
    "the replica identity is changed",
    "alter table public.shops replica identity full",
    ["table replica identity"],
  ],
  [
    "statistics are dropped and others added",
    `drop statistics public.shops_stats; create statistics public.handmade (ndistinct) on name, notes from public.shops`,
    ["statistics added", "statistics missing"],
  ],
  [
    "types are added",
    `create type public.handmade as enum ('a'); create domain public.handmade_domain as integer;
     create type public.handmade_type as (a integer); create type public.handmade_range as range (subtype = float8);
     create function public.handmade(public.handmade) returns integer language sql as 'select 1'`,
    ["domain added", "enum added", "function added", "range type added", "type added"],
  ],
  [
    "an operator and a cast are added with their functions",
    `create function public.handmade(integer, text) returns boolean language sql as 'select true';
     create operator public.= (function = public.handmade, leftarg = integer, rightarg = text);
     create function public.handmade(public.mood) returns integer language sql as 'select 1';
     create cast (public.mood as integer) with function public.handmade(public.mood) as implicit`,
    ["cast added", "function added", "function added", "operator added"],
  ],
  [
    "an operator and a cast are dropped",
    "drop operator public.*** (integer, integer); drop cast (public.point_of_sale as text)",
    ["cast missing", "operator missing"],
  ],
  [
    "an operator and a cast do something else",
    `drop operator public.*** (integer, integer);
     create operator public.*** (function = int4pl, leftarg = integer, rightarg = integer);
     drop cast (public.point_of_sale as text);
     create cast (public.point_of_sale as text) with inout as assignment`,
    ["cast altered", "operator altered"],
  ],
  [
    "a type that no column uses is dropped",
    "drop type public.point_of_sale cascade",
    ["cast missing", "type missing"],
  ],
  [
    "a domain allows more",
    `alter domain public.postcode drop constraint postcode_check; alter domain public.postcode set default '00000'`,
    ["domain checks", "domain default"],
  ],
  [
    "a sequence starts elsewhere and belongs to no column",
    "alter sequence public.tickets start with 7 cache 5 owned by none",
    ["sequence cache", "sequence owned by", "sequence start"],
  ],
  [
    "names have to be quoted",
    `drop index "Odd. One"."Index on x";
     drop trigger "Trigger on z" on "Odd. One"."Order (x)";
     comment on column "Odd. One"."View"."Column: y" is null;
     alter table "Odd. One"."Order (x)" drop constraint "Key. (a)", drop constraint "Check on it",
       alter column "Group, b" drop not null, alter column "Group, b" drop default;
     alter view "Odd. One"."View" set (security_barrier)`,
    [
      "column NOT NULL",
      "column default",
      "constraint missing",
      "constraint missing",
      "index missing",
      "trigger missing",
      "view column comments",
      "view options",
    ],
  ],
  [
    "names of added objects have to be quoted",
    `drop function "Odd. One"."F()"() cascade; drop view "Odd. One"."View";
     alter table "Odd. One"."Order (x)" drop constraint "Check on it";
     alter table "Odd. One"."Order (x)" add constraint "Check on it" check ("select" <> 'a"b') not valid`,
    ["constraint not validated", "function missing", "trigger missing", "view missing"],
  ],
  [
    "an event trigger is added",
    `create function public.handmade() returns event_trigger language plpgsql as 'begin end';
     create event trigger handmade on ddl_command_end execute function public.handmade()`,
    ["event trigger added", "function added"],
  ],
];

const seed = Number(process.env["REPAIR_SEED"] ?? Date.now() % 2 ** 31);

describe("what holds no data", () => {
  let database: MigrationDatabase;
  /** The superuser's session: one for all that is broken and read, as opening it takes longer than most of that. */
  let superuser: Client;
  let expected: SchemaObject[];
  let rows: unknown;
  const repairer = () => ({
    connection: database.settings.connection,
    deployer: database.superuser,
    owner: database.settings.owner,
    schemas: ["public", "Odd. One"],
  });

  beforeAll(async () => {
    database = await createMigrationDatabase();
    const { owner } = database.settings;
    const schema = readFileSync(join(__dirname, "../shop.sql"), "utf8");
    await database.run(`set role ${owner}; ${schema}`);
    superuser = await openClient(database.superuser, "test");
    await begin();
  });
  afterAll(async () => {
    await superuser.end();
    await database.drop();
  });
  const begin = async () => {
    expected = await readObjects();
    rows = await checksums();
  };
  // Every test leaves what it has found. What is left of a failed one is no fault of the next.
  beforeEach(({ onTestFailed }) => {
    onTestFailed(begin);
  });

  const readObjects = () =>
    inSnapshot(superuser, undefined, (client) =>
      readSchema(client, { schemas: ["public", "Odd. One"], owner: database.settings.owner }),
    );
  const findings = async () => {
    const actual = await readObjects();
    return schemaFindings({ changes: compareSchema(expected, actual), expected, actual });
  };
  const repairAll = async (first: SchemaFinding[]) => {
    let found = first;
    // What was dropped together with a recreated view is repaired in the next round.
    for (let round = 0; round < 3 && found.length > 0; round++) {
      await repairSchema(
        repairer(),
        found.flatMap(({ repairs }) => repairs),
      );
      found = await findings();
    }
    return found;
  };
  const checksums = async () => {
    const { rows } = await superuser.query<object>(
      `select md5(string_agg(shops::text, ';' order by id)) as shops,
              (select md5(string_agg(sales::text, ';' order by id)) from public.sales) as sales
         from public.shops`,
    );
    return rows;
  };

  test.each(breaks)("is restored if %s", async (_what, sql, kinds) => {
    await superuser.query(sql);
    let found = await findings();
    expect(found.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    expect(found.filter(({ repair }) => repair !== "automatic")).toEqual([]);

    found = await repairAll(found);
    expect(found).toEqual([]);
    expect(await checksums()).toEqual(rows);
  });

  test("is restored by a login that is not a superuser, even if a superuser created it", async () => {
    const { connection, owner, schemas } = repairer();
    const weak = { connection, owner, schemas };
    await superuser.query(
      `drop view public.busiest; create view public.busiest as select 1 as name, 2 as other;
       drop view "Odd. One"."View"; create view "Odd. One"."View" as select 'x' as "Column: y";
       drop procedure public.tidy(); create procedure public.tidy() language sql as 'select 2';
       create function public.handmade() returns integer language sql as 'select 1'`,
    );
    const found = await findings();
    expect(found).toHaveLength(5);
    await repairSchema(
      weak,
      found.flatMap(({ repairs }) => repairs),
    );
    expect(await findings()).toEqual([]);
  });

  test(`is restored, whatever combination is broken (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...breaks], { minLength: 3 }), async (some) => {
        // Some exclude each other, such as two that drop the same index.
        for (const [, sql] of some) await superuser.query(sql).catch(() => undefined);
        expect(await repairAll(await findings())).toEqual([]);
        expect(await checksums()).toEqual(rows);
      }),
      { seed, numRuns: Number(process.env["REPAIR_RUNS"] ?? 12), endOnFailure: true },
    );
  }, 300_000);
});
