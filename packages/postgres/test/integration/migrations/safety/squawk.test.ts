import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import type { Migration } from "../../../../src/migrations/migration";
import { judgePending } from "../../../../src/migrations/safety/judgeMigration";
import { squawkIn } from "../../../../src/migrations/safety/squawk";
import { installSquawk } from "@hosterizer/cli/setUp/ensureSquawk";

let project: string;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "squawk-"));
  expect(await installSquawk(project)).toBeUndefined();
});
afterAll(() => rm(project, { recursive: true, force: true }));

function migrationOf(sql: string): Migration {
  const file = (half: string, text: string) => ({
    path: `migrations/000010_x.${half}.sql`,
    sql: text,
    sha256: "",
    tokensSha256: "",
  });
  const down = file("down", "do $$ begin null; end $$");
  return { number: 10, name: "000010_x", up: file("up", sql), down };
}

async function found(sql: string, folder = project): Promise<string[]> {
  const findings = await judgePending([migrationOf(sql)], new Map(), folder);
  return findings.map(({ line, rule }) => `${line}: ${rule}`);
}

test.each([
  ["alter table public.sites\n  drop column region", ["2: ban-drop-column"]],
  ["select 1; alter table public.sites rename to places", ["1: renaming-table"]],
  ["alter table public.sites rename column region to place", ["1: renaming-column"]],
  ["drop table public.sites", ["1: ban-drop-table"]],
  ["alter table public.sites add note text not null", ["1: adding-required-field"]],
  ["alter table public.sites alter region drop not null", ["1: ban-drop-not-null"]],
  ["truncate public.sites cascade", ["1: ban-truncate-cascade"]],
  ["begin;\nselect 1;\ncommit", ["1: transaction-nesting", "3: transaction-nesting"]],
  ["create table t (a varchar(10))", ["1: prefer-text-field"]],
  ["create table t (a timestamp)", ["1: prefer-timestamp-tz"]],
  ["create table t (a serial)", ["1: prefer-identity"]],
  ["create table t (a char(3))", ["1: ban-char-field"]],
  ["create domain d as text check (value <> '')", ["1: ban-create-domain-with-constraint"]],
  // Rules that depend on the tables' sizes, or that the runner covers.
  ["create index sites_idx on public.sites (region)", []],
  ["alter table public.sites add check (region <> '')", []],
  ["alter table public.sites add note integer", []],
])("%s", async (sql, expected) => {
  expect(await found(sql)).toEqual(expected);
});

test("a finding of squawk is waived beside its statement like any other", async () => {
  const drop = "alter table public.sites\n  drop column region;";
  const waiver = "-- safety: ban-drop-column because no query has read it since May\n";
  expect(await found(`${waiver}${drop}`)).toEqual([]);
  expect(await found(`${drop}\n${waiver}select 1;`)).toEqual([
    "2: ban-drop-column",
    "3: bad-waiver",
  ]);
});

test("without squawk all other rules apply, and its waivers remain valid", async () => {
  const waiver = "-- safety: ban-drop-column because no query reads it\n";
  const sql = `${waiver}alter table public.sites drop column region; grant select on t to r;`;
  expect(await found(sql, join(project, "elsewhere"))).toEqual(["2: access-in-migration"]);
});

test("without a network the reason why it could not be installed is reported", async () => {
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
  vi.stubEnv("npm_config_cache", join(project, "no-cache"));
  const other = join(project, "offline");
  expect(await installSquawk(other)).toMatch(/npm error/);
  expect(squawkIn(other)).toBeUndefined();
  vi.unstubAllEnvs();
});
