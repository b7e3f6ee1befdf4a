import { setTimeout as sleep } from "node:timers/promises";

import type { Pool, PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { createPool, type DatabasePool, TransactionLost, withTenantContext } from "../../src/index";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;
const first = { userRole: "customer", customerId: 1 } as const;
const administrator = { userRole: "administrator" } as const;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

// One connection, so that each transaction meets what the previous one has left.
beforeEach(() => {
  pool = createPool({ ...settings(database.application), maxOpenConnections: 1 });
});

afterEach(() => pool.end());

function settings({ host, port, database, user, password = "" }: Connection) {
  return { host, port, database, credentials: { user, password } };
}

type Asker = Pick<PoolClient, "query">;

const domains = async (client: Asker) =>
  (await client.query<{ domain: string }>("select domain from public.sites order by id")).rows.map(
    ({ domain }) => domain,
  );

const names = async (client: Asker) =>
  (await client.query<{ name: string }>("select name from public.sites")).rows.map(
    ({ name }) => name,
  );

test("shows a customer its own rows, an administrator all rows, and a session without a context none", async () => {
  expect(await withTenantContext(pool, first, domains)).toEqual(["site1.example.com"]);
  expect(await withTenantContext(pool, administrator, domains)).toHaveLength(2);
  expect(await domains(pool)).toEqual([]);
  expect(await withTenantContext(pool, first, domains)).toEqual(["site1.example.com"]);
});

test("commits writes, and rolls back on failure", async () => {
  const rename = (client: Asker) => client.query("update public.sites set name = 'Renamed'");
  const { rowCount } = await withTenantContext(pool, first, rename);
  expect(rowCount).toBe(1);
  const failing = withTenantContext(pool, administrator, async (client) => {
    await client.query("update public.sites set name = 'Lost'");
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  const left = await rowsOf(database.superuser, "select name from public.sites order by id");
  expect(left).toEqual([{ name: "Renamed" }, { name: "Site 2" }]);
});

test("leaves nothing on the connection, whatever the session sets", async () => {
  const leak = async (client: Asker) => {
    await client.query("set app.current_user_role = 'administrator'");
    await client.query("set app.current_customer_id = '2'");
    return domains(client);
  };
  expect(await withTenantContext(pool, first, leak)).toHaveLength(2);
  expect(await domains(pool)).toEqual([]);
  await expect(
    withTenantContext(pool, first, async (client) => {
      await leak(client);
      throw new Error("afterwards");
    }),
  ).rejects.toThrow("afterwards");
  expect(await domains(pool)).toEqual([]);
});

test("does not treat a caught error as success", async () => {
  const swallowing = withTenantContext(pool, first, async (client) => {
    await client.query("update public.sites set name = 'Half'");
    await client.query("select 1 / 0").catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow(TransactionLost);
  await expect(swallowing).rejects.toMatchObject({ work: "nothing committed" });
});

test("not even if it returns before the server has reported the failure", async () => {
  const swallowing = Array.from({ length: 100 }, () =>
    withTenantContext(pool, first, async (client) => {
      await client.query("select 1 / 0").catch(() => undefined);
    }).catch((error: unknown) => error),
  );
  for (const error of await Promise.all(swallowing))
    expect(error).toMatchObject({ name: "TransactionLost", work: "nothing committed" });
});

test("sends nothing for an invalid context", async () => {
  const wrong = { userRole: "customer", customerId: "1 or true" } as const;
  await expect(withTenantContext(pool, wrong, domains)).rejects.toThrow("is not the id");
  expect(pool.totalCount).toBe(0);
});

test("sends nothing for options that PostgreSQL does not have, and names all of them", async () => {
  const wrong = {
    isolation: "serializable; select pg_sleep(60)",
    retries: Number.NaN,
    settings: { "no name": 1 },
  };
  const context = { userRole: "owner", customerId: 1 };
  const asked = withTenantContext(
    pool,
    context as unknown as typeof first,
    domains,
    wrong as unknown as { isolation: "serializable" },
  );
  await expect(asked).rejects.toMatchObject({
    name: "TenantContextError",
    message: [
      'userRole: "owner" is not customer or administrator.',
      'isolation: "serializable; select pg_sleep(60)" is not an isolation level. Use read committed, repeatable read, serializable, or leave it out.',
      "retries: null is not a number of retries. Use a whole number from 0, or leave it out.",
      'settings: "no name" is not the name of a setting. SHOW ALL lists them.',
    ].join("\n"),
  });
  expect(pool.totalCount).toBe(0);
});

test.each([
  ["userRole", "administrator", { customerId: 1 }, "userRole: undefined is not"],
  ["customerId", 2, { userRole: "customer" }, "customerId: undefined is not"],
])("does not take %s from a prototype", async (field, value, context, message) => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  prototype[field] = value;
  try {
    const asked = withTenantContext(pool, context as unknown as typeof first, domains);
    await expect(asked).rejects.toThrow(message);
  } finally {
    Reflect.deleteProperty(prototype, field);
  }
});

test("does not take options from a prototype either", async () => {
  const polluted = {
    isolation: "serializable",
    settings: { "app.note": "polluted" },
    contextKey: { id: "polluted", secret: "polluted" },
    retries: -1,
  };
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  Object.assign(prototype, polluted);
  try {
    const ask =
      "select current_setting('transaction_isolation') as level, current_setting('app.note', true) as note, current_setting('app.context', true) as token";
    const { rows } = await withTenantContext(pool, first, (client) => client.query<object>(ask));
    expect(rows).toEqual([{ level: "read committed", note: null, token: null }]);
  } finally {
    for (const name of Object.keys(polluted)) Reflect.deleteProperty(prototype, name);
  }
});

test("keeps the configured number of idle connections after a burst", async () => {
  const rush = createPool({ ...settings(database.application), maxIdleConnections: 3 });
  try {
    await Promise.all(
      Array.from({ length: 12 }, () =>
        withTenantContext(rush, first, (client) => client.query("select pg_sleep(0.5)")),
      ),
    );
    await expect.poll(() => rush.totalCount).toBe(3);
    expect(rush.idleCount).toBe(3);
  } finally {
    await rush.end();
  }
});

test("receives the notices of its transaction, and no others", async () => {
  const heard: (string | undefined)[] = [];
  await withTenantContext(pool, first, async (client) => {
    client.on("notice", ({ message }: { message?: string }) => heard.push(message));
    await client.query("do $$ begin raise notice 'mine'; end $$");
  });
  await withTenantContext(pool, first, (client) =>
    client.query("do $$ begin raise notice 'of another'; end $$"),
  );
  expect(heard).toEqual(["mine"]);
});

test("replaces a broken connection", async () => {
  const cut = withTenantContext(pool, first, async (client) => {
    await client.query("select pg_terminate_backend(pg_backend_pid())");
  });
  await expect(cut).rejects.toMatchObject({ code: "57P01" });
  expect(await withTenantContext(pool, first, domains)).toHaveLength(1);
});

test("repeats a transaction that lost to another one, if configured", async () => {
  const two = createPool({ ...settings(database.application), maxOpenConnections: 2 });
  try {
    let runs = 0;
    const count = async (client: Asker) => {
      runs++;
      const [name = ""] = await names(client);
      await sleep(50);
      await client.query("update public.sites set name = $1", [`${name}+`]);
    };
    const options = { isolation: "repeatable read", retries: 5 } as const;
    const both = [1, 2].map(() => withTenantContext(two, first, count, options));
    await Promise.all(both);
    expect(runs).toBeGreaterThan(2);
    expect((await withTenantContext(two, first, names))[0]).toMatch(/[^+]\+\+$/);
    const without = [1, 2].map(() =>
      withTenantContext(two, first, count, { isolation: "repeatable read" }),
    );
    expect((await Promise.allSettled(without)).map(({ status }) => status).sort()).toEqual([
      "fulfilled",
      "rejected",
    ]);
  } finally {
    await two.end();
  }
});

test("applies settings until the transaction ends", async () => {
  const ask =
    "select current_setting('statement_timeout') as timeout, current_setting('app.note', true) as note";
  const asked = async (client: Asker) =>
    (await client.query<{ timeout: string; note: string | null }>(ask)).rows[0];
  const settings = { statement_timeout: "5s", "app.note": "it's" };
  expect(await withTenantContext(pool, first, asked, { settings })).toEqual({
    timeout: "5s",
    note: "it's",
  });
  expect(await asked(pool)).toEqual({ timeout: "0", note: "" });
  const refused = withTenantContext(pool, first, asked, { settings: { work_mem: "much" } });
  await expect(refused).rejects.toThrow('invalid value for parameter "work_mem": "much"');
  // The connection is as good as before.
  expect(await withTenantContext(pool, first, domains)).toEqual(["site1.example.com"]);
});

test("sends nothing for a setting that contradicts the context", async () => {
  const settings = { "app.current_user_role": "administrator" };
  const refused = withTenantContext(pool, first, domains, { settings });
  await expect(refused).rejects.toThrow("settings: app.current_user_role is set by the context.");
});

test("adds at most two round trips to a transaction", async () => {
  expect(await roundTrips(pool, () => withTenantContext(pool, first, domains))).toBe(3);
});

test("adds one more after work without a context, to reset the session first", async () => {
  await withTenantContext(pool, first, domains);
  await pool.query("select 1");
  expect(await roundTrips(pool, () => withTenantContext(pool, first, domains))).toBe(4);
  expect(await roundTrips(pool, () => withTenantContext(pool, first, domains))).toBe(3);
});

/** Counts the server's complete answers, on all connections of a pool. */
async function roundTrips(pool: Pool, run: () => Promise<unknown>): Promise<number> {
  let answers = 0;
  const count = () => answers++;
  const connections = new Set<PoolClient["connection"]>();
  const watch = ({ connection }: PoolClient) => {
    connections.add(connection);
    connection.on("readyForQuery", count);
  };
  pool.on("acquire", watch);
  await run();
  pool.off("acquire", watch);
  for (const connection of connections) connection.off("readyForQuery", count);
  return answers;
}
