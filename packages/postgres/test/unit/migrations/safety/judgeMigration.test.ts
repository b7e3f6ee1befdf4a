import { afterAll, expect, test, vi } from "vitest";

import { locate, locator } from "../../../../src/sql/locate";
import { releasedVersion } from "../../../../../../database/migrations";
import type { Migration } from "../../../../src/migrations/migration";
import { readMigrations } from "../../../../src/migrations/migrationsFolder";
import { judgeMigration } from "../../../../src/migrations/safety/judgeMigration";
import { madeAndDropped } from "../../../../src/migrations/safety/madeAndDropped";

// Earlier files of this process have loaded the real ones.
vi.hoisted(() => vi.resetModules());
vi.mock("../../../../src/sql/locate", { spy: true });
vi.mock("../../../../src/migrations/safety/madeAndDropped", { spy: true });
afterAll(() => {
  vi.doUnmock("../../../../src/sql/locate");
  vi.doUnmock("../../../../src/migrations/safety/madeAndDropped");
  vi.resetModules();
});

function migrationOf(up: string, down = "select 1"): Migration {
  const file = (half: string, sql: string) => ({
    path: `migrations/000010_x.${half}.sql`,
    sql,
    sha256: "",
    tokensSha256: "",
  });
  return { number: 10, name: "000010_x", up: file("up", up), down: file("down", down) };
}

/** Rule and fault of each finding; the down file is not judged unless it is given. */
async function findings(up: string, down?: string, rows?: ReadonlyMap<string, number>) {
  const found = await judgeMigration(migrationOf(up, down), rows);
  return found
    .filter(({ rule }) => down !== undefined || rule !== "incomplete-down")
    .map(({ rule, fault }) => [rule, fault]);
}

const sites = "it locks public.sites in ACCESS EXCLUSIVE mode and";
const rewrites = [["rewrites-table", `${sites} rewrites it`]];
const scans = [["scans-table", `${sites} scans it`]];
const builds = [["builds-index", `${sites} builds an index on it`]];

test.each([
  ["alter table sites add n bigserial", rewrites],
  ["alter table sites add n bigint generated always as identity", rewrites],
  ["alter table sites add n int generated always as (id + 1) stored", rewrites],
  ["alter table sites add u uuid default gen_random_uuid()", rewrites],
  ["alter table sites add u text default lower(md5(random()::text))", rewrites],
  ["alter table sites alter id type bigint", rewrites],
  ["alter table sites set unlogged", rewrites],
  ["cluster sites using sites_pkey", rewrites],
  ["alter table sites alter n set not null", scans],
  ["alter table sites add constraint c check (n > 0)", scans],
  ["alter table sites add n int check (n > 0)", scans],
  ["alter table sites add constraint u unique (n)", builds],
  ["alter table sites add n int unique", builds],
  ["alter table sites add constraint e exclude using gist (n with =)", builds],
  ["reindex table sites", builds],
  [
    "alter table sites add constraint f foreign key (n) references customers (id)",
    [["scans-table", "it locks public.sites in SHARE ROW EXCLUSIVE mode and scans it"]],
  ],
  ["alter table visits attach partition sites for values in (1)", scans],
  [
    "create index i on sites (n)",
    [["builds-index", "it locks public.sites in SHARE mode and builds an index on it"]],
  ],
  [
    "update sites set n = 1",
    [
      [
        "changes-every-row",
        "it locks public.sites in ROW EXCLUSIVE mode and changes every row of it",
      ],
    ],
  ],
  [
    "delete from a.b",
    [["changes-every-row", "it locks a.b in ROW EXCLUSIVE mode and changes every row of it"]],
  ],
])("%s is found", async (sql, expected) => {
  expect(await findings(sql)).toEqual(expected);
});

test.each([
  "alter table sites add n int",
  "alter table sites add n int not null default 5",
  "alter table sites add made timestamptz not null default now()",
  "alter table sites add constraint c check (n > 0) not valid",
  "alter table sites add constraint f foreign key (n) references customers (id) not valid",
  "alter table sites validate constraint c",
  "alter table sites add constraint u unique using index sites_n_idx",
  "alter table sites drop n",
  "alter table sites rename n to m",
  "-- no transaction: large\ncreate index concurrently i on sites (n)",
  "update sites set n = 1 where id = 2",
  "create table notes (id int primary key); create index i on notes (id); alter table notes add constraint c check (id > 0); update notes set id = 1",
  "this is no sql",
])("%s is not a finding", async (sql) => {
  expect(await findings(sql)).toEqual([]);
});

test.each([
  ["grant select on sites to app_user", "grants or revokes a privilege"],
  ["revoke all on sites from public", "grants or revokes a privilege"],
  ["grant a to b", "grants or revokes a membership"],
  ["create role a", "creates a role"],
  ["alter role a bypassrls", "alters a role"],
  ["alter role a set work_mem = '1MB'", "changes a role's settings"],
  ["drop role a", "drops a role"],
  ["alter default privileges grant select on tables to a", "changes default privileges"],
  ["create policy p on sites using (true)", "creates a policy"],
  ["alter policy p on sites using (true)", "alters a policy"],
  ["drop policy p on sites", "drops a policy"],
  ["alter table sites enable row level security", "changes row-level security"],
  ["alter table sites no force row level security", "changes row-level security"],
  ["alter table sites owner to a", "gives a table to another owner"],
  ["alter function f() owner to a", "gives an object to another owner"],
])("%s belongs in database/", async (sql, fault) => {
  expect(await findings(sql)).toEqual([["access-in-migration", `it ${fault}`]]);
});

test("small tables have no findings, large ones are reported with their size", async () => {
  const rows = new Map([
    ["public.sites", 9_999],
    ["public.users", 1_000_000],
  ]);
  const sql =
    "create index i on sites (n); create index j on users (n); create index k on other (n)";
  expect(await findings(sql, "drop index i; drop index j; drop index k", rows)).toEqual([
    [
      "builds-index",
      "it locks public.users with about 1000000 rows in SHARE mode and builds an index on it",
    ],
  ]);
});

const missing = (object: string) => [
  "incomplete-down",
  `it creates ${object}, which migrations/000010_x.down.sql does not drop`,
];

test.each([
  ["create table a.notes ()", "select 1", [missing("table a.notes")]],
  ["create table notes ()", "drop table public.notes", []],
  ["create table notes (); create index i on notes (id)", "drop table notes", []],
  ["create table notes (); drop table notes", "select 1", []],
  ["alter table sites add n int", "select 1", [missing("column public.sites.n")]],
  ["alter table sites add n int", "alter table sites drop column n", []],
  ["create schema s; create table s.t ()", "drop schema s cascade", []],
  ["create function f(a int) returns int language sql return 1", "drop function f(int)", []],
  [
    "create function f(a int) returns int language sql return 1",
    "drop function g(int)",
    [missing("function public.f")],
  ],
  [
    "create type public.t as enum ('a'); create domain d as text",
    "drop type public.t",
    [missing("type public.d")],
  ],
  ["create type public.t as enum ('a'); create domain d as text", "drop type t; drop domain d", []],
  ["create view v as select 1; create sequence s", "drop view v; drop sequence s", []],
  ["create trigger t before insert on sites execute function f()", "drop trigger t on sites", []],
  [
    "create trigger t before insert on sites execute function f()",
    "select 1",
    [missing("trigger public.sites.t")],
  ],
  ["create table notes ()", "do $$ begin execute 'drop table notes'; end $$", []],
])("%s, undone by %s", async (up, down, expected) => {
  expect(await findings(up, down)).toEqual(expected);
});

test("names the file and the line, and says what to do", async () => {
  const [finding] = await judgeMigration(
    migrationOf("select 1;\n\n-- words\nalter table sites alter id type bigint;"),
  );
  expect(finding).toMatchObject({ file: "migrations/000010_x.up.sql", line: 4 });
  expect(finding?.remedy).toContain("fill it in batches");
});

test.each([
  [
    "before it",
    "-- safety: rewrites-table because it has ten rows\nalter table sites alter id type bigint",
  ],
  [
    "within it",
    "alter table sites -- safety: rewrites-table because it has ten rows\n  alter id type bigint",
  ],
  [
    "after another statement",
    "select 1; -- safety: rewrites-table because it has ten rows\nalter table sites alter id type bigint;\nselect 2",
  ],
])("a comment %s waives a finding, with its reason", async (_where, sql) => {
  const found = await judgeMigration(migrationOf(sql));
  expect(found).toMatchObject([{ rule: "rewrites-table", waived: "it has ten rows" }]);
});

test.each([
  [
    "-- safety: rewrites-table because why not\nselect 1",
    "the waiver of rewrites-table matches no finding",
  ],
  [
    "-- safety: rewrites-table\nalter table sites alter id type bigint",
    "the waiver of rewrites-table has no reason",
  ],
  ["-- safety: everything because I say so\nselect 1", "there is no rule everything"],
  ["-- safety: scans-table because\nselect 1", "the waiver of scans-table has no reason"],
  [
    "alter table sites alter id type bigint;\n-- safety: rewrites-table because too late\nselect 1",
    "matches no finding",
  ],
])("%s is itself a finding", async (sql, fault) => {
  const found = await judgeMigration(migrationOf(sql));
  const bad = found.filter(({ rule }) => rule === "bad-waiver");
  expect(bad).toHaveLength(1);
  expect(bad[0]?.fault).toContain(fault);
  expect(found.every(({ waived }) => waived === undefined)).toBe(true);
});

test("a file with thousands of findings visits each statement a few times, and counts lines once", async () => {
  const one = (n: number) =>
    `-- safety: builds-index because it is ${n}\ncreate index i${n} on sites (n);\n`;
  const sql = Array.from({ length: 1_000 }, (_, n) => one(n)).join("");
  const readings = () => vi.mocked(locate).mock.calls.length + vi.mocked(locator).mock.calls.length;
  const looks = () => vi.mocked(madeAndDropped).mock.calls.length;
  const before = { readings: readings(), looks: looks() };
  const found = await judgeMigration(migrationOf(sql, "drop table sites"));

  expect(found).toHaveLength(1_000);
  expect(found.at(-1)).toMatchObject({ line: 2_000, waived: "it is 999" });
  expect(readings() - before.readings).toBe(1);
  expect(looks() - before.looks).toBeLessThanOrEqual(3 * 1_001);
});

test("text that looks like a waiver is not one", async () => {
  expect(await findings("select '-- safety: nothing because it is text'")).toEqual([]);
});

test("in the guide's tables the only finding is an index, which would now be in a separate file", async () => {
  const all = await readMigrations("migrations");
  const released = all.filter(({ number }) => number <= releasedVersion);
  const found = await Promise.all(released.map((migration) => judgeMigration(migration)));
  expect(found.flat().map(({ file, rule }) => [file, rule])).toEqual([
    ["migrations/000009_index_policy_rules.up.sql", "builds-index"],
  ]);
});

test("a waiver in a file that the scanner rejects is left to the server, like the rest of the file", async () => {
  const sql = "-- safety: scans-table because it is small\nselect 'unterminated";
  expect(await judgeMigration(migrationOf(sql))).toEqual([]);
});
