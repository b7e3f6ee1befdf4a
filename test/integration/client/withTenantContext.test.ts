import { setTimeout as sleep } from "node:timers/promises";

import type { PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  TransactionLost,
  withTenantContext,
} from "../../../client/index";
import type { Connection } from "../../../postgres/connection";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;
const first = { userRole: "customer", customerId: 1 } as const;
const administrator = { userRole: "administrator" } as const;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

// One connection, so that each transaction meets what the one before it has left.
beforeEach(() => {
  pool = createPool({ ...settings(database.application), maxOpenConnections: 1 });
});

afterEach(() => pool.end());

function settings({ host, port, database, user, password = "" }: Connection) {
  return { host, port, database, credentials: { user, password } };
}

const domains = async (client: Pick<PoolClient, "query">) =>
  (await client.query<{ domain: string }>("select domain from public.sites order by id")).rows.map(
    ({ domain }) => domain,
  );

const names = async (client: Pick<PoolClient, "query">) =>
  (await client.query<{ name: string }>("select name from public.sites")).rows.map(
    ({ name }) => name,
  );

test("shows a customer its own rows, an administrator everyone's, and nobody none", async () => {
  expect(await withTenantContext(pool, first, domains)).toEqual(["site1.example.com"]);
  expect(await withTenantContext(pool, administrator, domains)).toHaveLength(2);
  expect(await domains(pool)).toEqual([]);
  expect(await withTenantContext(pool, first, domains)).toEqual(["site1.example.com"]);
});

test("commits what was written, and takes back what failed", async () => {
  const rename = (client: PoolClient) => client.query("update public.sites set name = 'Renamed'");
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

test("leaves nothing on the connection, whatever the session was told", async () => {
  const leak = async (client: PoolClient) => {
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

test("notices a transaction that was ended from within", async () => {
  const process = await processOf(pool);
  const ending = withTenantContext(pool, first, async (client) => {
    await client.query("commit; set app.current_user_role = 'administrator'");
  });
  await expect(ending).rejects.toThrow(TransactionLost);
  expect(await domains(pool)).toEqual([]);
  // Its state is known again, so that it may stay.
  expect(await processOf(pool)).toBe(process);
});

test("does not take a caught error for success", async () => {
  const swallowing = withTenantContext(pool, first, async (client) => {
    await client.query("update public.sites set name = 'Half'");
    await client.query("select 1 / 0").catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow(TransactionLost);
});

test("sends nothing for a wrong context", async () => {
  const wrong = { userRole: "customer", customerId: "1 or true" } as const;
  await expect(withTenantContext(pool, wrong, domains)).rejects.toThrow("is not the id");
  expect(pool.totalCount).toBe(0);
});

test("replaces a connection that was cut", async () => {
  const cut = withTenantContext(pool, first, async (client) => {
    await client.query("select pg_terminate_backend(pg_backend_pid())");
  });
  await expect(cut).rejects.toMatchObject({ code: "57P01" });
  expect(await withTenantContext(pool, first, domains)).toHaveLength(1);
});

test("begins a transaction again that lost to another one, when asked", async () => {
  const two = createPool({ ...settings(database.application), maxOpenConnections: 2 });
  try {
    let runs = 0;
    const count = async (client: PoolClient) => {
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

test("sets what is asked for until the transaction ends", async () => {
  const ask =
    "select current_setting('statement_timeout') as timeout, current_setting('app.note', true) as note";
  const asked = async (client: Pick<PoolClient, "query">) =>
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

test("costs a transaction no more than two round trips beside its own", async () => {
  let sent = 0;
  const client = await pool.connect();
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    sent++;
    return query(...args);
  }) as typeof client.query;
  client.release();
  await withTenantContext(pool, first, domains);
  expect(sent).toBe(3);
});

async function processOf(pool: DatabasePool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid;
}
