import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import { catalogsOfValues, eraseTraces, rewriteCatalogs } from "../../../src/scrub/eraseTraces";
import { scrubDatabase } from "../../../src/scrub/scrubDatabase";
import type { Scrub } from "../../../src/scrub/scrubDeclaration";
import { rowsOf } from "../testDatabase";
import { startTestServer, type TestServer } from "../testServer";

// A server of its own: its files are searched, and other databases are dropped.
let server: TestServer;
let superuser: Connection;
let migrator: Connection;

const run = (sql: string, connection = superuser) =>
  rowsOf<Record<string, unknown>>(connection, sql);

/** The tables of the guide, with rows in which every text is a secret, and with everything that keeps copies of rows. */
const planted = `
  insert into public.users (email, full_name, password_hash, mfa_secret, mfa_enabled)
  select 'Zebrafinch' || n || '@example.com', 'Zebrafinch ' || n, 'zebrafinch', 'zebrafinch'::bytea, true
    from generate_series(1, 8) as n;
  insert into public.customers (owner_user_id, name, white_label_config)
  select n, 'Zebrafinch ' || n, jsonb_build_object('colour', n, 'title', 'zebrafinch') from generate_series(1, 8) as n;
  insert into public.sites (customer_id, name, domain, cloud_provider, region, configuration)
  select id, 'zebrafinch', 'zebrafinch' || id || '.com', 'aws', 'eu', '{"size": 2, "token": "zebrafinch", "note": ["zebrafinch"]}' from public.customers;

  create table public.history (id int generated always as identity primary key, old text);
  create function public.keep_history() returns trigger language plpgsql
    as $$ begin insert into public.history (old) values (old.email); return new; end $$;
  create trigger users_keep_history before update on public.users for each row execute function public.keep_history();
  alter table public.users enable always trigger users_keep_history;
  create rule sites_keep_history as on update to public.sites do also insert into public.history (old) values (old.domain);
  create materialized view public.names as select full_name from public.users;
  create table public.emptied (id int primary key, words text[] not null);
  insert into public.emptied select n, array['zebrafinch', 'zebrafinch' || n % 3] from generate_series(1, 300) as n;
  create index on public.users (('to ' || lower(email)));
  create table public.parts (id bigint primary key, note varchar(30)) partition by range (id);
  create table public.parts_1 partition of public.parts for values from (0) to (1000);
  insert into public.parts select n, 'zebrafinch' from generate_series(1, 9) as n;
  analyze;
  delete from public.emptied;
  insert into public.history (old) select email from public.users;
  update public.users set full_name = full_name || ' zebrafinch' where id < 4;
  alter table public.users force row level security;
  alter table public.users enable row level security;
`;

const rules: Scrub = {
  tables: [
    {
      schema: "public",
      table: "users",
      columns: {
        email: { fake: "user-{key}@example.invalid" },
        password_hash: { value: "scrubbed" },
        full_name: { fake: "User {key}" },
        role: "keep",
        mfa_enabled: { value: false },
        mfa_secret: { value: null },
      },
    },
    {
      schema: "public",
      table: "customers",
      columns: {
        name: { fake: "Customer {key}" },
        tier: "keep",
        status: "keep",
        white_label_config: { value: {} },
      },
    },
    {
      schema: "public",
      table: "sites",
      columns: {
        name: { fake: "Site {key}" },
        domain: { fake: "{key}.invalid" },
        cloud_provider: "keep",
        region: "keep",
        deployment_status: "keep",
        configuration: {
          keys: {
            size: "keep",
            token: { fake: "token-{key}" },
            note: { value: [1] },
            none: "keep",
          },
        },
      },
    },
    { schema: "public", table: "history", columns: { old: { value: null } } },
    { schema: "public", table: "emptied", columns: { words: { value: "{}" } } },
    { schema: "public", table: "parts", columns: { note: { fake: "part {key}" } } },
    { schema: "public", table: "later", columns: { note: "keep" } },
  ],
};

const request = { rules, owner: "owner", ownSchemas: [] };

beforeAll(async () => {
  server = await startTestServer();
  const { port, password } = server;
  const maintenance = { host: "127.0.0.1", port, user: "postgres", password, database: "postgres" };
  await run("alter system set autovacuum = off", maintenance);
  await run(
    `select pg_reload_conf(); create role owner;
     create role migrator login noinherit in role owner password 'secret'`,
    maintenance,
  );
  await run("create database tenants owner owner", maintenance);
  await run("create database another", maintenance);
  await run("create table public.kept as select 'zebrafinch' as word", {
    ...maintenance,
    database: "another",
  });
  superuser = { ...maintenance, database: "tenants" };
  migrator = { ...superuser, user: "migrator", password: "secret" };
  const folder = "migrations";
  const files = readdirSync(folder)
    .filter((name) => /^00000[1-3].*\.up\.sql$/.test(name))
    .sort();
  await run("grant all on schema public to owner");
  const tables = files.map((name) => readFileSync(join(folder, name), "utf8")).join(";\n");
  await run(`set role owner; ${tables}; ${planted}`);
  await run(
    "select lo_from_bytea(0, 'zebrafinch'); alter default privileges for role owner grant select on tables to public",
  );
});
afterAll(() => server.remove());

/** Files of the server's data, apart from the WAL, that contain a word in any case. */
async function filesWith(word: string): Promise<string[]> {
  await run("checkpoint");
  const { data } = server.server.paths;
  const names = await readdir(data, { recursive: true });
  const found: string[] = [];
  for (const name of names.filter((each) => !each.startsWith("pg_wal/"))) {
    const content = await readFile(join(data, name)).catch(() => Buffer.alloc(0));
    if (content.toString("latin1").toLowerCase().includes(word)) found.push(name);
  }
  return found;
}

test("a column without a rule is refused, and nothing is changed", async () => {
  await run("create table public.notes (id int primary key, note jsonb[])");
  const before = await run("select * from public.users order by id");

  await expect(scrubDatabase(migrator, request)).rejects.toThrow(
    "public.notes.note in database/scrub.ts: is of type jsonb[], which may hold text, and has no rule.\n" +
      'Add one under public.notes: "keep", or what becomes of its values.',
  );
  expect(await run("select * from public.users order by id")).toEqual(before);
  await run("drop table public.notes");
});

test("what fails halfway changes nothing", async () => {
  const [first, ...others] = rules.tables;
  if (first === undefined) throw new Error("there are no rules");
  const columns = { ...first.columns, email: { value: "the same for all" } };
  const broken = { tables: [{ ...first, columns }, ...others] };
  const before = await run("select * from public.users order by id");

  await expect(scrubDatabase(migrator, { ...request, rules: broken })).rejects.toMatchObject({
    code: "23514",
  });
  expect(await run("select * from public.users order by id")).toEqual(before);
});

test("no file of the database has an old value", async () => {
  expect((await filesWith("zebrafinch")).length).toBeGreaterThan(10);

  const erased = await eraseTraces(superuser);
  expect(await scrubDatabase(migrator, request)).toBe(6);
  await rewriteCatalogs(superuser, catalogsOfValues);

  expect(erased).toEqual({ databases: ["another"], largeObjects: 1 });
  expect(await filesWith("zebrafinch")).toEqual([]);
});

test("each row has the values of its rules, and triggers are as they were", async () => {
  expect(
    await run("select email, full_name, password_hash, mfa_secret from public.users where id = 3"),
  ).toEqual([
    {
      email: "user-3@example.invalid",
      full_name: "User 3",
      password_hash: "scrubbed",
      mfa_secret: null,
    },
  ]);
  expect(await run("select configuration from public.sites where id = 2")).toEqual([
    { configuration: { size: 2, token: "token-2", note: [1] } },
  ]);
  expect(await run("select note from public.parts where id = 9")).toEqual([{ note: "part 9" }]);
  expect(await run("select tgenabled from pg_trigger where tgname = 'users_keep_history'")).toEqual(
    [{ tgenabled: "A" }],
  );
  expect(
    await run("select ev_enabled from pg_rewrite where rulename = 'sites_keep_history'"),
  ).toEqual([{ ev_enabled: "O" }]);
  expect(
    await run("select relforcerowsecurity as forced from pg_class where relname = 'users'"),
  ).toEqual([{ forced: true }]);
  expect(await run("select count(*)::int, count(old)::int as olds from public.history")).toEqual([
    { count: 11, olds: 0 },
  ]);
});
