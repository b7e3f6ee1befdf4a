import { afterAll, beforeAll, expect, test } from "vitest";

import { proveIsolation } from "../../../postgres/isolationProof/proveIsolation";
import { contextFunctions } from "../../../postgres/rowLevelSecurity/contextFunctions";
import { createTenantDatabase, signWith } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session", "signed");
});
afterAll(() => database.drop());

/** Ways in which a verification would let somebody through, as changes of the functions' bodies. */
const mutations: readonly (readonly [what: string, from: string, to: string, cell: string])[] = [
  [
    "a signature that is not compared",
    "sha256(convert_to(signature, 'UTF8')) <> sha256(convert_to(parts[5], 'UTF8'))",
    "false",
    "forged",
  ],
  [
    "a signature of which half is compared",
    "parts[5], 'UTF8'",
    "left(signature, 64), 'UTF8'",
    "forged",
  ],
  ["a customer that is not signed", "parts[1:4]", "parts[1:1] || parts[3:4]", "own"],
  ["a token that never ends", "< transaction_timestamp()", "< 'epoch'", "forged"],
  [
    "the variable believed in the token's place",
    "id := parts[2]::bigint",
    "id := current_setting('app.current_customer_id')::bigint",
    "own",
  ],
  ["an administrator with an id", "and parts[2] = '' then", "then", "forged"],
  ["an id without a look at its form", "or parts[2] !~ '^[0-9]{1,19}$'", "", "malformed"],
];

test.each(mutations)("%s is told", async (_what, from, to, context) => {
  const { superuser, owner, application, backup, tenancy, keys, name } = database;
  const copy = `${name}_copy`;
  const maintenance = { ...superuser, database: "postgres" };
  await rowsOf(maintenance, `create database ${copy} template ${name}`);
  try {
    const statements = contextFunctions(tenancy).map(({ name, returns, body }) => {
      expect(body).toContain(from);
      return `create or replace function tenancy.${name}() returns ${returns}
        language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp
        as $mutant$${body.replace(from, () => to)}$mutant$`;
    });
    await rowsOf(
      { ...superuser, database: copy },
      `set role ${owner.user}; ${statements.join(";")}`,
    );
    const sessions = new Map([application, backup].map((session) => [session.user, session]));
    const proof = await proveIsolation({
      tenancy,
      sign: signWith(keys),
      connect: (role) => ({ ...(sessions.get(role) ?? application), database: copy }),
    });
    const told = proof.cells.filter(({ ok, role }) => !ok && role === application.user);
    expect(told.map(({ context }) => context)).toContain(context);
  } finally {
    await rowsOf(maintenance, `drop database ${copy} with (force)`);
  }
});

test("no token of it can be read by the application's other sessions", async () => {
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

  expect((await proof).summary.ok).toBe(true);
  expect(seen.filter((query) => query.includes("app.context")).length).toBeGreaterThan(3);
  expect(seen.filter((query) => /\.\d{10}\.[^.]+\.[0-9a-f]{64}/.test(query))).toEqual([]);
});
