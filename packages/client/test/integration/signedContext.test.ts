import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  type ContextKey,
  createPool,
  type DatabasePool,
  signContext,
  type TenantContext,
  withTenantContext,
} from "../../src/index";
import {
  applySigningKeys,
  readSigningKeyDrift,
} from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;
let unsigned: DatabasePool;
const first = { userRole: "customer", customerId: 1 } as const;

beforeAll(async () => {
  database = await createTenantDatabase("session", "signed");
  pool = poolWith(0);
  unsigned = createPool(settings());
});

afterAll(async () => {
  await pool.end();
  await unsigned.end();
  await database.drop();
});

const key = (index: number) => database.keys[index] ?? { id: "none", secret: "" };

function settings() {
  const { host, port, database: name, user, password = "" } = database.application;
  return { host, port, database: name, credentials: { user, password }, maxOpenConnections: 2 };
}

function poolWith(index: number): DatabasePool {
  return createPool({ ...settings(), contextKey: key(index) });
}

const sites = (context: TenantContext, by = pool, work = "select id from public.sites") =>
  withTenantContext(by, context, async (client) => (await client.query(work)).rowCount);

const inFuture = () => new Date(Date.now() + 60_000);

test("a signed context shows a customer its own rows, and an administrator everyone's", async () => {
  expect(await sites(first)).toBe(1);
  expect(await sites({ userRole: "administrator" })).toBe(2);
  expect(await sites({ userRole: "customer", customerId: 99 })).toBe(0);
});

test("an unsigned context shows nothing", async () => {
  expect(await sites(first, unsigned)).toBe(0);
  expect(await sites({ userRole: "administrator" }, unsigned)).toBe(0);
});

test("settings by injected SQL change nothing", async () => {
  const { rows } = await withTenantContext(pool, first, async (client) => {
    await client.query("select set_config('app.current_customer_id', '2', true)");
    await client.query("select set_config('app.current_user_role', 'administrator', true)");
    return client.query<{ customer_id: string }>("select customer_id from public.sites");
  });
  expect(rows).toEqual([{ customer_id: "1" }]);
});

test("the token ends with the transaction, whatever the session sets", async () => {
  const one = createPool({ ...settings(), contextKey: key(0), maxOpenConnections: 1 });
  try {
    await withTenantContext(one, first, async (client) => {
      await client.query("select set_config('app.context', current_setting('app.context'), false)");
    });
    expect((await one.query("select id from public.sites")).rowCount).toBe(0);
    expect((await one.query("select current_setting('app.context', true) as it")).rows).toEqual([
      { it: "" },
    ]);
  } finally {
    await one.end();
  }
});

test("no other session of the application reads it", async () => {
  const other = createPool(settings());
  try {
    await withTenantContext(pool, first, async () => {
      const { rows } = await other.query<{ query: string }>(
        "select query from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user",
      );
      const queries = rows.map(({ query }) => query);
      expect(queries.some((query) => query.includes("'app.context', $1"))).toBe(true);
      expect(queries.join()).not.toMatch(/[0-9a-f]{64}/);
    });
  } finally {
    await other.end();
  }
});

test("BEGIN and the context take one round trip, signed or not", async () => {
  for (const by of [pool, unsigned]) {
    let turns = 0;
    const client = await by.connect();
    const { connection } = client as unknown as { connection: pg.Connection };
    const count = () => turns++;
    connection.on("readyForQuery", count);
    client.release();
    const select = () => withTenantContext(by, first, (same) => same.query("select 1"));
    // One more than later, because other work had the connection.
    await select();
    turns = 0;
    await select();
    connection.off("readyForQuery", count);
    // BEGIN with the context, the statement, COMMIT: a bare transaction has as many.
    expect(turns).toBe(3);
  }
});

test("an expired token begins no transaction; one that expires meanwhile stays valid to the end", async () => {
  const client = new pg.Client(database.application);
  await client.connect();
  try {
    const begin = async (milliseconds: number) => {
      const expires = new Date(Date.now() + milliseconds);
      const token = signContext({ userRole: "customer", customerId: "1", expires }, key(0));
      await client.query("begin");
      await client.query("select set_config('app.context', $1, true)", [token]);
    };
    const count = async () => (await client.query("select id from public.sites")).rowCount;
    await begin(-2000);
    expect(await count()).toBe(0);
    await client.query("rollback");
    await begin(1000);
    await client.query("select pg_sleep(2.5)");
    expect(await count()).toBe(1);
    await client.query("rollback");
  } finally {
    await client.end();
  }
});

test("only the owner can read the keys", async () => {
  await expect(
    rowsOf(database.application, "select * from tenancy.signing_keys"),
  ).rejects.toMatchObject({ code: "42501" });
  const { rows } = await unsigned.query<{ body: string }>(
    "select string_agg(prosrc, '') as body from pg_proc where pronamespace = 'tenancy'::regnamespace",
  );
  expect(rows[0]?.body).not.toContain(key(0).secret);
});

test("keys rotate with overlap: first both are valid, then only the new one", async () => {
  const { owner } = database;
  const second: ContextKey = { id: "2", secret: "x".repeat(32) };
  const apply = (list: ContextKey[]) => applySigningKeys(owner, { owner: owner.user, keys: list });
  const fresh = createPool({ ...settings(), contextKey: second });
  try {
    expect(await sites(first, fresh)).toBe(0);
    await apply([key(0), second]);
    expect([await sites(first), await sites(first, fresh)]).toEqual([1, 1]);
    await apply([second]);
    expect([await sites(first), await sites(first, fresh)]).toEqual([0, 1]);
    await apply([key(0)]);
    expect([await sites(first), await sites(first, fresh)]).toEqual([1, 0]);
  } finally {
    await fresh.end();
  }
});

test("an added key is drift, and so is a missing or changed one", async () => {
  const { owner, keys } = database;
  const wanted = { owner: owner.user, keys };
  const drift = async () =>
    (await readSigningKeyDrift(owner, wanted)).map(({ kind, object }) => `${kind}: ${object}`);
  const run = (sql: string) => rowsOf(owner, sql);
  expect(await drift()).toEqual([]);
  await run("insert into tenancy.signing_keys values ('mine', '', '')");
  expect(await drift()).toEqual(["signing key added: signing key mine"]);
  await applySigningKeys(owner, wanted);
  await run("update tenancy.signing_keys set outer_pad = ''");
  expect(await drift()).toEqual(["signing key changed: signing key 1"]);
  await applySigningKeys(owner, wanted);
  await run("delete from tenancy.signing_keys");
  expect(await drift()).toEqual(["signing key missing: signing key 1"]);
  await applySigningKeys(owner, wanted);
  await run("drop table tenancy.signing_keys");
  expect(await drift()).toEqual([
    "signing keys missing: table tenancy.signing_keys",
    "signing key missing: signing key 1",
  ]);
  // Until then no token is accepted, and a query fails because the table is missing.
  await applySigningKeys(owner, wanted);
  expect(await drift()).toEqual([]);
  expect(await sites(first)).toBe(1);
});

test("an administrator's token is not valid for a customer, nor the other way round", async () => {
  const client = new pg.Client(database.application);
  await client.connect();
  try {
    const shown = async (userRole: string, customerId: string) => {
      const token = signContext({ userRole, customerId, expires: inFuture() }, key(0));
      await client.query("select set_config('app.context', $1, false)", [token]);
      return (await client.query("select id from public.sites")).rowCount;
    };
    expect(await shown("administrator", "1")).toBe(0);
    expect(await shown("customer", "")).toBe(0);
    expect(await shown("superuser", "1")).toBe(0);
    expect(await shown("administrator", "")).toBe(2);
  } finally {
    await client.end();
  }
});
