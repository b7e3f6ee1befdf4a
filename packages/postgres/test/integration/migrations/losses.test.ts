import { afterEach, beforeEach, expect, test } from "vitest";

import { guardDataLoss, rowsChanged } from "../../../src/migrations/guardDataLoss";
import type { AcknowledgedLoss, CountedLoss } from "../../../src/migrations/dataLoss";
import { migrate, rollback } from "../../../src/migrations/migrate";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

let database: MigrationDatabase;
beforeEach(async () => {
  database = await createMigrationDatabase();
  await database.write(
    "000001_base",
    `create table public.customers (id integer primary key, note text);
     create table public.sites (
       id integer primary key,
       customer_id integer references public.customers on delete cascade
     );
     insert into public.customers values (1, 'a'), (2, null), (3, 'c');
     insert into public.sites select n, 1 from generate_series(1, 5) as n`,
    "drop table public.sites; drop table public.customers",
  );
});
afterEach(() => database.drop());

/** Applies the base and a second migration, which undoes `down`, and rolls it back. */
async function undo(down: string, acknowledgedLoss?: AcknowledgedLoss, up = "select 1") {
  await database.write("000002_next", up, down);
  await migrate(database.settings);
  return goDown(1, acknowledgedLoss);
}

async function goDown(target: number, acknowledgedLoss?: AcknowledgedLoss): Promise<string[]> {
  return rollback({
    ...database.settings,
    target,
    ...(acknowledgedLoss === undefined ? {} : { acknowledgedLoss }),
  });
}

const refusals: [what: string, down: string, fault: string, key: string, count: number][] = [
  ["a table", "drop table public.sites", "drops table public.sites with 5 rows", "public.sites", 5],
  [
    "a column, by the values that are not null",
    "alter table public.customers drop note",
    "drops column public.customers.note with 2 values",
    "public.customers.note",
    2,
  ],
  [
    "a table in a DO block",
    "do $$ begin drop table sites; end $$",
    "drops table public.sites with 5 rows",
    "public.sites",
    5,
  ],
  [
    "rows",
    "delete from sites where id > 2",
    "deletes 3 rows of table public.sites",
    "public.sites",
    3,
  ],
  [
    "rows that a foreign key deletes",
    "delete from customers where id = 1",
    "deletes 5 rows of table public.sites",
    "public.sites",
    5,
  ],
  ["all rows", "truncate sites", "empties table public.sites of 5 rows", "public.sites", 5],
];

test.each(refusals)(
  "the loss of %s must be acknowledged",
  async (_what, down, fault, key, count) => {
    await expect(undo(down)).rejects.toThrow(
      new RegExp(`000002_next.down.sql: ${fault}, .*which is not acknowledged`),
    );
    await expect(goDown(1)).rejects.toThrow(
      `pulumi config set --path 'hosterizer-database:acknowledgedLoss["${key}"]' ${count}`,
    );
    await expect(goDown(1, { [key]: count - 1, "public.customers": 1 })).rejects.toThrow(
      `${fault}, but ${count - 1} are acknowledged`,
    );
    expect(await database.rows("select count(*)::int as n from sites")).toEqual([{ n: 5 }]);
    expect(await goDown(1, { [key]: count, "public.customers": 1 })).toEqual(["000002_next"]);
  },
);

test("finds a column that is dropped with its type", async () => {
  const up = `create domain public.colour as text;
    alter table public.sites add colour public.colour;
    update public.sites set colour = 'red' where id < 3`;
  await expect(undo("drop domain public.colour cascade", {}, up)).rejects.toThrow(
    "drops column public.sites.colour with 2 values",
  );
});

test("a partitioned table is named once, with the rows of its partitions", async () => {
  const up = `create table public.visits (day date) partition by range (day);
    create table public.visits_2020 partition of public.visits
      for values from ('2020-01-01') to ('2021-01-01');
    insert into public.visits values ('2020-05-05'), ('2020-06-06')`;
  const failure = await undo("drop table public.visits", {}, up).catch(String);
  expect(failure).toContain("drops table public.visits with 2 rows");
  expect(failure).not.toContain("visits_2020");
  expect(await goDown(1, { "public.visits": 2 })).toEqual(["000002_next"]);
});

test("counts rows that policies hide from the owner too", async () => {
  const up = `alter table public.sites enable row level security;
    alter table public.sites force row level security`;
  await expect(undo("drop table public.sites", {}, up)).rejects.toThrow("with 5 rows");
});

test("losing nothing needs no acknowledgement", async () => {
  const up = "create table public.empty (id integer); alter table public.sites add unused text";
  const down = "drop table public.empty; alter table public.sites drop unused";
  expect(await undo(down, {}, up)).toEqual(["000002_next"]);
});

test("a table that is rewritten, renamed or recreated loses nothing", async () => {
  const down = `alter table public.sites alter customer_id type bigint;
    alter table public.sites rename to places; update public.places set id = id + 100;
    insert into public.places values (1, 1)`;
  expect(await undo(down)).toEqual(["000002_next"]);
});

test("reports all losses before the first file runs", async () => {
  await database.write(
    "000002_next",
    "create table public.more (id integer); insert into public.more values (1)",
    "drop table public.more",
  );
  await migrate(database.settings);
  const failure = await goDown(0, { "public.more": 1 }).catch(String);
  expect(failure).toContain("drops table public.sites with 5 rows");
  expect(failure).toContain("drops table public.customers with 3 rows");
  expect(await database.rows("select id from public.more")).toEqual([{ id: 1 }]);
  const exact = { "public.more": 1, "public.sites": 5, "public.customers": 3 };
  expect(await goDown(0, exact)).toEqual(["000002_next", "000001_base"]);
});

test("losses of one table in two files add up", async () => {
  await database.write("000002_next", "select 1", "delete from public.sites where id > 3");
  await migrate(database.settings);
  const rest = { "public.customers": 3 };
  await expect(goDown(0, { ...rest, "public.sites": 3 })).rejects.toThrow(
    "000002_next.down.sql, 000001_base.down.sql: deletes 2 rows of table public.sites, drops table public.sites with 3 rows",
  );
  expect(await goDown(0, { ...rest, "public.sites": 5 })).toHaveLength(2);
});

test("a down file that fails does so before anything has changed", async () => {
  await database.write(
    "000002_next",
    "create table public.more (id integer)",
    "drop table public.more",
  );
  await database.write("000001_base", "create table public.a (id integer)", "drop table public.b");
  await migrate(database.settings);
  await expect(goDown(0)).rejects.toThrow("000001_base.down.sql:1:1");
  expect(await database.rows("select * from public.more")).toEqual([]);
});

test("a file outside a transaction may not remove rows", async () => {
  const down = "-- no transaction: to see it refused\ndrop table public.sites";
  await expect(undo(down, { "public.sites": 5 })).rejects.toThrow(
    "it drops table public.sites with rows, outside of a transaction that could lock them",
  );
});

const sites = { schema: "public", table: "sites" } as const;
const changed: [CountedLoss, string][] = [
  [{ kind: "table", ...sites, count: 4 }, "select 1"],
  [{ kind: "emptied", ...sites, count: 6 }, "truncate public.sites"],
  [{ kind: "column", ...sites, column: "customer_id", count: 4 }, "select 1"],
  [{ kind: "deleted", ...sites, count: 2 }, "delete from public.sites where id > 2"],
];

test.each(changed)("a file whose loss differs from the count fails: %o", async (loss, sql) => {
  await migrate(database.settings);
  const run = (guarded: CountedLoss) => {
    const { before, after } = guardDataLoss([guarded]);
    return database.rows(["begin", ...before, sql, ...after, "rollback"].join(";\n"));
  };
  await expect(run(loss)).rejects.toMatchObject({ code: rowsChanged });
  const right = loss.kind === "deleted" ? 3 : 5;
  await run({ ...loss, count: right });
});

test("a table that remains has forced row-level security again", async () => {
  await database.write(
    "000002_next",
    "alter table public.sites enable row level security; alter table public.sites force row level security; alter table public.sites add note text default 'x'",
    "alter table public.sites drop note",
  );
  await migrate(database.settings);
  await goDown(1, { "public.sites.note": 5 });
  const forced = "select relforcerowsecurity as forced from pg_class where relname = 'sites'";
  expect(await database.rows(forced)).toEqual([{ forced: true }]);
});
