import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  type TransactionClient,
  TransactionLost,
  withTenantContext,
} from "../../src/index";
import { repetitions } from "../../../../test/repetitions";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";

const workers = 100;
const transactionsOfEach = repetitions(1000);
const tenants = 20;

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  await database.run(`
    insert into public.users (email, full_name, password_hash)
      select 'tenant' || n || '@example.com', 'Tenant ' || n, 'x' from generate_series(3, ${tenants}) as n;
    insert into public.customers (owner_user_id, name)
      select id, full_name from public.users where email like 'tenant%';
    insert into public.sites (customer_id, name, domain, cloud_provider, region)
      select c.id, 'Site', 'own' || n || '.' || c.id || '.example.com', 'aws', 'eu-west-1'
        from public.customers as c, generate_series(1, 3) as n`);
  const { host, port, database: name, user, password = "" } = database.application;
  pool = createPool({ host, port, database: name, credentials: { user, password } });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The faults found, each once. */
const faults = new Set<string>();
const ends = { committed: 0, failed: 0, killed: 0 };

class Failure extends Error {}

/** Reads and writes as one tenant, and checks every result. */
async function work(client: TransactionClient, tenant: string, chance: number): Promise<void> {
  const { rows } = await client.query<{ customer_id: string }>(
    "select customer_id from public.sites",
  );
  if (rows.length === 0) faults.add(`customer ${tenant} saw nothing`);
  for (const row of rows) {
    if (row.customer_id !== tenant)
      faults.add(`customer ${tenant} saw a row of ${row.customer_id}`);
  }
  if (chance < 0.1) {
    const written = await client.query<{ customer_id: string }>(
      "update public.sites set name = name where id % 7 = 0 returning customer_id",
    );
    for (const row of written.rows) {
      if (row.customer_id !== tenant) faults.add(`customer ${tenant} wrote ${row.customer_id}`);
    }
  }
  if (chance > 0.8) {
    // A library might do this; the next transaction must not inherit it.
    await client.query(
      `set app.current_customer_id = '${tenant}'; set app.current_user_role = 'customer'`,
    );
  }
  if (chance < 0.2) throw new Failure("the application's own");
  if (chance < 0.25) await client.query("select 1 / 0");
  if (chance < 0.253) await client.query("select pg_terminate_backend(pg_backend_pid())");
}

async function worker(customers: readonly string[]): Promise<void> {
  for (let n = 0; n < transactionsOfEach; n++) {
    const tenant = customers[Math.floor(Math.random() * customers.length)] ?? "";
    const chance = Math.random();
    try {
      await withTenantContext(
        pool,
        { userRole: "customer", customerId: tenant },
        (client) => work(client, tenant, chance),
        { retries: 5 },
      );
      ends.committed++;
    } catch (error) {
      // division_by_zero
      if (error instanceof Failure || codeOf(error) === "22012") ends.failed++;
      else if (isCut(error)) ends.killed++;
      else faults.add(String(error));
    }
    if (chance > 0.99) await lookWithoutContext();
  }
}

/** Between two transactions a session has no context. */
async function lookWithoutContext(): Promise<void> {
  try {
    const { rows } = await pool.query("select from public.sites limit 1");
    if (rows.length > 0) faults.add("a session without a context saw a row");
  } catch (error) {
    if (!isCut(error)) faults.add(String(error));
  }
}

const codeOf = (error: unknown) => (error as { code?: string }).code;

/** The connection was ended from outside: admin_shutdown, or node-postgres' own words. */
function isCut(error: unknown): boolean {
  // During COMMIT the result is unknown.
  if (error instanceof TransactionLost && error.work === "unknown") return true;
  return codeOf(error) === "57P01" || /terminated|not queryable/.test(String(error));
}

/** Terminates sessions of the application at any time, until stopped. */
async function killer(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(200);
    await rowsOf(
      database.superuser,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where usename = '${database.application.user}' order by random() limit 1`,
    );
  }
}

test(`${workers} workers with ${transactionsOfEach} transactions each, failures and cut connections among them`, async () => {
  const found = await rowsOf<{ id: string }>(
    database.superuser,
    "select distinct customer_id::text as id from public.sites",
  );
  const customers = found.map(({ id }) => id);
  expect(customers).toHaveLength(tenants);
  const done = new AbortController();
  const killing = killer(done.signal);
  try {
    await Promise.all(Array.from({ length: workers }, () => worker(customers)));
  } finally {
    done.abort();
    await killing;
  }

  expect([...faults]).toEqual([]);
  expect(ends.committed + ends.failed + ends.killed).toBe(workers * transactionsOfEach);
  expect(ends.committed).toBeGreaterThan(workers * transactionsOfEach * 0.7);
  expect(ends.failed).toBeGreaterThan(0);
  expect(ends.killed).toBeGreaterThan(0);
}, 600_000);

test("no connection hangs, and none keeps a tenant", async () => {
  expect(pool.waitingCount).toBe(0);
  expect(pool.idleCount).toBe(pool.totalCount);
  const busy = await rowsOf(
    database.superuser,
    `select state, query from pg_stat_activity
      where usename = '${database.application.user}' and state <> 'idle'`,
  );
  expect(busy).toEqual([]);

  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  try {
    for (const client of clients) {
      expect((await client.query("select from public.sites")).rowCount).toBe(0);
    }
  } finally {
    for (const client of clients) client.release();
  }
});
