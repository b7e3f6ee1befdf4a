import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import { proveIsolation } from "../../../src/isolation/proveIsolation";
import { contextFunctions } from "../../../src/rowLevelSecurity/contextFunctions";
import { createTenantDatabase, signWith } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";
import { only } from "./only";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session", "signed");
});
afterAll(() => database.drop());

afterEach(() => {
  vi.useRealTimers();
});

const hour = 60 * 60_000;

test.each([
  { what: "two hours ahead", ahead: 2 * hour, delay: 0 },
  { what: "two hours behind", ahead: -2 * hour, delay: 0 },
  // As on a machine that is busy with other things.
  { what: "going on by five minutes with each token", ahead: 0, delay: 5 * 60_000 },
])("with a clock $what nothing leaks, and nothing is closed", async ({ ahead, delay }) => {
  const { application, backup, tenancy, keys } = database;
  const sessions = new Map([application, backup].map((session) => [session.user, session]));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ahead });
  const sign = signWith(keys);

  const proof = await proveIsolation({
    tenancy: only(tenancy, ["sites"]),
    sign: (context) => {
      vi.setSystemTime(Date.now() + delay);
      return sign?.(context) ?? "";
    },
    connect: (role) => sessions.get(role) ?? application,
  });

  expect(proof.cells.filter(({ ok }) => !ok)).toEqual([]);
  expect(proof.summary.tried).toBeGreaterThan(100);
});

/** Ways to break the verification, as changes of the functions' bodies. */
const mutations: readonly (readonly [what: string, from: string, to: string, cell: string])[] = [
  [
    "a signature that is not compared",
    "sha256(convert_to(signature, 'UTF8')) = sha256(convert_to(split_part(token, '.', 5), 'UTF8'))",
    "true",
    "forged",
  ],
  [
    "a signature whose first half alone is compared",
    "convert_to(signature, 'UTF8')",
    "convert_to(left(signature, 32) || substr(split_part(token, '.', 5), 33), 'UTF8')",
    "forged",
  ],
  [
    "a signature whose second half alone is compared",
    "convert_to(signature, 'UTF8')",
    "convert_to(left(split_part(token, '.', 5), 32) || right(signature, 32), 'UTF8')",
    "forged",
  ],
  [
    "a customer that is not signed",
    "left(token, -65)",
    "concat_ws('.', split_part(token, '.', 1), split_part(token, '.', 3), split_part(token, '.', 4))",
    "own",
  ],
  ["a token that never ends", ">= transaction_timestamp()", ">= 'epoch'", "forged"],
  [
    "the variable trusted instead of the token",
    "return split_part(token, '.', 2)::bigint",
    "return current_setting('app.current_customer_id')::bigint",
    "own",
  ],
  ["an administrator with an id", "and split_part(token, '.', 2) = '' and", "and", "forged"],
  [
    "an id without a check of its form",
    "(case ltrim(split_part(token, '.', 2), '0123456789') when '' then nullif(split_part(token, '.', 2), '')::numeric <= 9223372036854775807 end)",
    "true",
    "malformed",
  ],
];

test.each(mutations)("%s is reported", async (_what, from, to, context) => {
  const { superuser, owner, application, tenancy, keys, name } = database;
  const copy = `${name}_copy`;
  const maintenance = { ...superuser, database: "postgres" };
  await rowsOf(maintenance, `create database ${copy} template ${name}`);
  try {
    const functions = contextFunctions(database.security).filter(({ body }) => body.includes(from));
    expect(functions).not.toEqual([]);
    const statements = functions.map(({ name, returns, body }) => {
      return `create or replace function tenancy.${name}() returns ${returns}
        language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp
        as $mutant$${body.replace(from, () => to)}$mutant$`;
    });
    await rowsOf(
      { ...superuser, database: copy },
      `set role ${owner.user}; ${statements.join(";")}`,
    );
    // The functions are the same for every table, and the backup's role has no context.
    const proof = await proveIsolation({
      tenancy: { ...only(tenancy, ["sites"]), backupRoles: [] },
      sign: signWith(keys),
      connect: () => ({ ...application, database: copy }),
    });
    const told = proof.cells.filter(({ ok }) => !ok);
    expect(told.map(({ context }) => context)).toContain(context);
  } finally {
    await rowsOf(maintenance, `drop database ${copy} with (force)`);
  }
});

test("the application's other sessions cannot read any of its tokens", async () => {
  const { superuser, application, backup, tenancy, keys } = database;
  const sessions = new Map([application, backup].map((session) => [session.user, session]));
  const running = { ended: false };
  const proof = proveIsolation({
    tenancy,
    sign: signWith(keys),
    connect: (role) => sessions.get(role) ?? application,
  }).finally(() => (running.ended = true));
  const seen: string[] = [];
  do {
    const rows = await rowsOf<{ query: string }>(
      superuser,
      `select query from pg_stat_activity where usename = '${application.user}'`,
    );
    seen.push(...rows.map(({ query }) => query));
  } while (!running.ended);

  expect((await proof).cells.filter(({ ok }) => !ok)).toEqual([]);
  expect(seen.filter((query) => query.includes("app.context")).length).toBeGreaterThan(3);
  expect(seen.filter((query) => /\.\d{10}\.[^.]+\.[0-9a-f]{64}/.test(query))).toEqual([]);
});
