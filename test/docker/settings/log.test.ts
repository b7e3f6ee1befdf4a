import { randomBytes } from "node:crypto";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { provider } from "../../../components/dynamic/serverSettingsProvider";
import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import { type ConfiguredServer, configuredServer } from "./configuredServer";

let server: ConfiguredServer;
const secrets: string[] = [];

beforeAll(async () => {
  // As verbose as the user may make it.
  server = await configuredServer(
    { database: "hosterizer", role: "app_pooler" },
    {
      "auto_explain.log_min_duration": "0",
      "auto_explain.log_nested_statements": "on",
      log_duration: "on",
      log_statement_stats: "on",
      debug_print_parse: "on",
      debug_print_rewritten: "on",
      debug_print_plan: "on",
      deadlock_timeout: "10ms",
    },
  );
  const { connection, settings, rules } = server;
  const { host, port } = connection;
  await provider.create({ connection, host, port, settings, rules });
  // pgaudit names the objects of what it logs only where the extension is installed.
  await server.ask("create extension pgaudit", "create extension pg_stat_statements");
});
afterAll(() => server.remove());

/** A password that occurs nowhere else. */
function secret(): string {
  const made = `secret-${randomBytes(9).toString("hex")}`;
  secrets.push(made);
  return made;
}

/** A verifier, no part of which may appear in the log. */
function verifier(): string {
  const made = scramVerifier(secret());
  secrets.push(...made.slice("SCRAM-SHA-256$4096:".length).split(/[$:]/));
  return made;
}

/** The whole log of the container, up to a line that is written now. */
async function log(): Promise<string> {
  const mark = `mark ${randomBytes(9).toString("hex")}`;
  await server.ask(`do $$ begin raise log '${mark}'; end $$`);
  await expect.poll(() => server.container.logs(), { timeout: 10_000 }).toContain(mark);
  return server.container.logs();
}

test("the audit log records changes and grants with their role", async () => {
  await server.ask(
    "create table public.audited (id int)",
    "create role audited",
    "grant audited to postgres",
  );
  const said = await log();

  const by = "postgres@postgres/\\S* LOG:  AUDIT: SESSION,\\d+,1";
  expect(said).toMatch(
    new RegExp(`${by},DDL,CREATE TABLE,TABLE,public\\.audited,create table public\\.audited`),
  );
  expect(said).toMatch(new RegExp(`${by},ROLE,CREATE ROLE,,,create role audited,`));
  expect(said).toMatch(new RegExp(`${by},ROLE,GRANT ROLE,,,grant audited to postgres,`));
});

const statements: [string, (value: string) => string][] = [
  ["a new role", (value) => `create role r1 login password '${value}'`],
  ["a changed role", (value) => `alter role r1 password '${value}'`],
  ["a user in another spelling", (value) => `create user r2 encrypted PassWord '${value}' login`],
  [
    "dollar quotes and comments",
    (value) => `alter role r1 /* new */ password -- it is\n$x$${value}$x$`,
  ],
  [
    "a block of code",
    (value) => `do $$ begin execute 'alter role r1 password ''${value}'''; end $$`,
  ],
  ["a role that already exists", (value) => `create role r1 password '${value}'`],
  ["a role that does not exist", (value) => `alter role nobody password '${value}'`],
  ["a misspelt statement", (value) => `alter role r1 pasword '${value}'`],
  [
    "a block of code that fails",
    (value) => `do $$ begin execute 'create role r1 password ''${value}'''; end $$`,
  ],
  [
    "a value that does not fit",
    (value) => `alter role r1 password '${value}' valid until 'never ever'`,
  ],
];

test.each(statements)(
  "neither the password nor the verifier of %s is logged",
  async (_what, statement) => {
    for (const value of [secret(), verifier()]) await server.ask(statement(value)).catch(() => []);

    const said = await log();
    expect(secrets.filter((value) => said.includes(value))).toEqual([]);
  },
);

test("no password of a change that waits for a lock is logged", async () => {
  const { connection, certificateOf } = server;
  const { ca } = await certificateOf("nobody");
  const holder = new Client({ ...connection, ssl: { ca } });
  await holder.connect();
  await holder.query("begin");
  await holder.query("alter role r1 valid until '2100-01-01'");
  const waiting = server
    .ask(`alter role r1 password '${verifier()}'`)
    // PostgreSQL fails when two sessions change one role concurrently; only the log counts here.
    .catch(() => []);
  await expect.poll(log, { timeout: 10_000 }).toMatch(/still waiting for ShareLock/);
  await holder.query("commit");
  await holder.end();
  await waiting;

  const said = await log();
  expect(secrets.filter((value) => said.includes(value))).toEqual([]);
});

test("neither the row of a failed change nor a parameter is logged", async () => {
  await server.ask("create table public.accounts (email text not null unique, hash text not null)");
  const { ca } = await server.certificateOf("nobody");
  const client = new Client({ ...server.connection, ssl: { ca } });
  await client.connect();
  const insert = "insert into public.accounts values ($1, $2)";
  const email = secret();
  await client.query(insert, [email, secret()]);
  const twice = client.query(insert, [email, secret()]);
  await expect(twice).rejects.toMatchObject({ detail: expect.stringContaining(email) as string });
  await expect(client.query(insert, [secret(), null])).rejects.toMatchObject({ code: "23502" });
  await client.query("create table public.made as select $1::text as it", [secret()]);
  await client.end();

  const said = await log();
  expect(said).toContain("DDL,CREATE TABLE AS,");
  expect(said).toContain('duplicate key value violates unique constraint "accounts_email_key"');
  expect(secrets.filter((value) => said.includes(value))).toEqual([]);
});

test("the statement statistics contain no password either", async () => {
  const kept = await server.ask<{ query: string }>("select query from pg_stat_statements");

  expect(kept.filter(({ query }) => /alter role|create role/i.test(query))).toEqual([]);
  expect(secrets.filter((value) => kept.some(({ query }) => query.includes(value)))).toEqual([]);
});

test("the superuser's verifier, which each start sets, is not logged", async () => {
  const parts = server.verifier.slice("SCRAM-SHA-256$4096:".length).split(/[$:]/);
  const said = await log();

  expect(parts).toHaveLength(3);
  expect(parts.filter((part) => said.includes(part))).toEqual([]);
});

// If one of these fails, pgaudit has learnt to omit it: remove it from docs/server-settings.md.
test.each<[string, (value: string) => string]>([
  [
    "a role in one message with other changes",
    (value) => `create table public.beside (); alter role r1 password '${value}'`,
  ],
  [
    "the body of a function",
    (value) =>
      `create function public.f() returns void language sql as $$ alter role r1 password '${value}' $$`,
  ],
  [
    "a subscription",
    (value) =>
      `create subscription s connection 'password=${value}' publication p with (connect = false)`,
  ],
])(
  "a password in %s is in the audit log, as docs/server-settings.md says",
  async (_what, statement) => {
    const known = secret();
    await server.ask(statement(known));

    expect(await log()).toContain(known);
  },
);
