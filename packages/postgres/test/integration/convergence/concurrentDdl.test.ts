import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { repairAudit } from "../../../src/audit/audit";
import { withClient } from "../../../src/connection/connection";
import { renderDifference } from "../../../src/convergence/difference";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { guideTables, guideTenancy } from "../../../../../test/guideTables";
import { createDeclaredDatabase } from "./declaredDatabase";
import { type Hammer, hammer, type Stroke } from "./hammer";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);

let directory: string;
let database: Awaited<ReturnType<typeof createDeclaredDatabase>>;
let hammers: Hammer[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "migrations-"));
  await writeFile(join(directory, "000001_guide.up.sql"), await guideTables());
  await writeFile(join(directory, "000001_guide.down.sql"), "select 1;\n");
  database = await createDeclaredDatabase(directory, 1, guideTenancy.tables);
  await database.run("create schema others");
});
afterEach(async () => {
  const running = hammers;
  hammers = [];
  for (const one of running) await one.stop();
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

/** Numbers from 0 to 1, the same ones for a seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => (state = (state * 16_807 + 1) % 2_147_483_647) / 2_147_483_647;
}

function start(...lists: Stroke[][]): Hammer {
  const started = hammer(database.superuser, lists, randomFrom(seed));
  hammers.push(started);
  return started;
}

/** Objects that are not ours, and that change the same catalogs. */
const strangers: Stroke[] = [
  {
    strike: `create table others.one (id bigint primary key, note text default 'x');
      create index one_note on others.one (note);
      create policy p on others.one using (id > 0);
      grant select on others.one to pg_monitor`,
    undo: "drop table others.one",
  },
  {
    strike: "create table others.two (id bigint); alter table others.two rename to three",
    undo: "drop table others.three",
  },
  {
    strike: "create function others.f(a int) returns int language sql as 'select a'",
    undo: "drop function others.f",
  },
];

/** Each is two differences that occur only together. */
const pairs = () => ({
  schema: [
    {
      strike: `alter table public.policies add column odd int;
        create index policies_odd on public.policies (odd)`,
      undo: "alter table public.policies drop column odd",
    },
    {
      strike: `drop index public.sites_deleted_at_idx;
        comment on table public.sites is 'none'`,
      undo: `create index sites_deleted_at_idx on public.sites (deleted_at) where deleted_at is not null;
        comment on table public.sites is 'Websites that a customer has deployed to a cloud'`,
    },
  ],
  policies: [
    {
      strike: `create policy open_one on public.deployments using (true);
        alter table public.deployments no force row level security`,
      undo: `drop policy open_one on public.deployments;
        alter table public.deployments force row level security`,
    },
  ],
  access: [
    {
      strike: `grant truncate on public.users to ${database.application};
        grant trigger on public.customers to ${database.application}`,
      undo: `revoke truncate on public.users from ${database.application};
        revoke trigger on public.customers from ${database.application}`,
    },
  ],
});

const together = {
  schema: [
    [/column public\.policies\.odd/, /index public\.policies_odd/],
    [/index public\.sites_deleted_at_idx/, /^table public\.sites: .*comment/],
  ],
  policies: [[/policy open_one on/, /not forced/]],
  access: [[/TRUNCATE to/, /TRIGGER to/]],
} as const;

test.each(["schema", "policies", "access"] as const)(
  `an inspection of the %s during DDL of others sees all of a transaction or nothing (seed ${seed})`,
  async (area) => {
    const running = start(strangers, pairs()[area]);
    const seen = new Set<boolean>();
    while (running.count() < 30 || seen.size < 2) {
      const found = await patiently(database.look[area]);
      const lines = found.map(renderDifference);
      for (const [one, other] of together[area]) {
        const has = lines.some((line) => one.test(line));
        expect(
          lines.some((line) => other.test(line)),
          lines.join("\n"),
        ).toBe(has);
        seen.add(has);
      }
    }
    await running.stop();

    expect(await database.look[area]()).toEqual([]);
  },
);

test(`repairs during DDL of others are applied completely or not at all (seed ${seed})`, async () => {
  const { superuser, migrator, expectation, security, audit, application } = database;
  const running = start(strangers);
  while (running.count() < 20) {
    await database.run(`
      drop index if exists public.sites_deleted_at_idx;
      alter table public.users disable trigger users_keep_updated_at;
      create policy open_one on public.sites using (true);
      alter policy context_sees_own on public.sites using (true);
      grant truncate, trigger on public.users to ${application}`);
    const watched = watch();
    try {
      await patiently(() =>
        restoreSchema({ connection: migrator, deployer: superuser, ...expectation }),
      );
      await patiently(() => applyRowLevelSecurity(migrator, security));
      await patiently(() => repairAudit(superuser, audit));
    } finally {
      expect(new Set(await watched.stop())).not.toContain("half");
    }
    for (const look of Object.values(database.look)) expect(await patiently(look)).toEqual([]);
  }
});

/** Follows the advice of the error about permanent DDL: waits, and tries again. Throws any other error. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === 10 || !/another session runs DDL/.test(String(error))) throw error;
    }
  }
}

/** Checks repeatedly that the two policies of a table are either both broken or both as declared. */
function watch() {
  const work = { running: true };
  const states: string[] = [];
  const watching = withClient(database.superuser, "test", async (client) => {
    while (work.running) {
      const { rows } = await client.query<{ state: string }>(
        `select case pg_catalog.count(*) filter (
                  where polname = 'open_one'
                     or polname = 'context_sees_own' and pg_catalog.pg_get_expr(polqual, polrelid) = 'true')
                when 2 then 'broken' when 0 then 'whole' else 'half' end as state
           from pg_catalog.pg_policy where polrelid = 'public.sites'::pg_catalog.regclass`,
      );
      states.push(...rows.map(({ state }) => state));
      // Two transactions in a row are further apart than that; without a pause this takes as much time as all the rest.
      await sleep(1);
    }
  });
  return {
    stop: async () => {
      work.running = false;
      await watching;
      return states;
    },
  };
}
