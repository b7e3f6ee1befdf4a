import type { Kysely } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  TransactionEnded,
  withTenantContext,
} from "hosterizer-database-client";
import { withTenantKysely } from "hosterizer-database-client/kysely";
import { clientAddress } from "@hosterizer/postgres/connection/connection";
import {
  type Asker,
  leftovers,
  lookIn,
  prepareLeftovers,
} from "../../../packages/client/test/integration/leftovers";
import type { TestContainer } from "../testContainer";
import { type PooledStack, startPooledStack } from "./pooledStack";
import { rowsOf } from "./rowsOf";
import { twentyTenants } from "./twentyTenants";

const first = { userRole: "customer", customerId: 1 } as const;
const second = { userRole: "customer", customerId: 2 } as const;

/** The second one shows that the client cleans up without the pooler's reset. */
const kinds = ["with the stack's settings", "without a reset"] as const;

interface Pooled {
  /** A pooler with one connection to the server, which all clients share. */
  pooler: TestContainer;
  pool: DatabasePool;
  other: DatabasePool;
}

let stack: PooledStack;
const pooled = new Map<string, Pooled>();

beforeAll(async () => {
  stack = await startPooledStack();
  const superuser = await stack.connect("postgres", "direct");
  await rowsOf(superuser, twentyTenants);
  await rowsOf(superuser, "create role left_group");
  await rowsOf(superuser, prepareLeftovers("app_user", "left_group", superuser.database));
  for (const kind of kinds) {
    const always = kind === "with the stack's settings" ? 1 : 0;
    const pooler = await stack.otherPooler((ini) =>
      ini
        .replace(/^default_pool_size = \d+$/m, "default_pool_size = 1")
        .replace(/^server_reset_query_always = 1$/m, `server_reset_query_always = ${always}`),
    );
    pooled.set(kind, { pooler, pool: await openPool(pooler), other: await openPool(pooler) });
  }
});

afterAll(async () => {
  for (const { pool, other } of pooled.values()) await Promise.all([pool.end(), other.end()]);
  await stack.remove();
});

async function openPool(way: TestContainer | "direct"): Promise<DatabasePool> {
  const { user, password, ...address } = await stack.connect("app_user", way);
  return createPool({ ...address, credentials: { user, password }, maxOpenConnections: 1 });
}

async function openClient(way: TestContainer | "direct"): Promise<pg.Client> {
  const client = new pg.Client(clientAddress(await stack.connect("app_user", way)));
  await client.connect();
  return client;
}

function through(kind: string): Pooled {
  const found = pooled.get(kind);
  if (found === undefined) throw new Error(`no pooler ${kind} was started`);
  return found;
}

const processOf = async (client: Asker) =>
  (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;

/** Whether a transaction was committed; false if its statement_timeout ended it. */
async function isEndedInTime(transaction: Promise<unknown>): Promise<boolean> {
  try {
    await transaction;
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "57014") return false;
    throw error;
  }
}

type Way = (run: (client: Asker) => Promise<never>) => Promise<unknown>;

const asSecond =
  (by: DatabasePool): Way =>
  (run) =>
    withTenantContext(by, second, run);

/** A plain client, without a context. */
const bare =
  (address: "direct" | TestContainer): Way =>
  async (run) => {
    const client = await openClient(address);
    try {
      await client.query("begin");
      return await run(client);
    } finally {
      await client.query("rollback");
      await client.end();
    }
  };

/** Statements that take longer than a millisecond to drop. */
const muchToDrop = `do $$ begin
  for n in 1..3000 loop execute format('prepare left_%s as select 1', n); end loop; end $$`;

describe.each(kinds)("through a pooler %s", (kind) => {
  test("clients share a session of the server", async () => {
    const { pool, other } = through(kind);
    const pids = [
      await withTenantContext(pool, first, processOf),
      await withTenantContext(other, second, processOf),
      await withTenantContext(pool, second, processOf),
    ];
    expect(new Set(pids).size).toBe(1);
  });

  test.each(leftovers)(
    "the next transaction finds no leftover of a tenant: $what",
    async (leftover) => {
      const { pooler, pool, other } = through(kind);
      const direct = await openPool("direct");
      const expected = await lookIn(asSecond(direct), leftover);
      await direct.end();
      const ways: [Way, unknown][] = [
        [asSecond(pool), expected],
        [asSecond(other), expected],
        [bare(pooler), await lookIn(bare("direct"), leftover)],
      ];
      for (const [way, inNewSession] of ways) {
        await withTenantContext(pool, first, leftover.leave);
        expect(await lookIn(way, leftover)).toEqual(inNewSession);
      }
    },
  );

  test("a timeout of a millisecond that a tenant leaves does not preserve its session", async () => {
    const { pool, other } = through(kind);
    let left = 0;
    while (left < 5) {
      const tenant = withTenantContext(pool, first, async (client) => {
        await client.query(muchToDrop);
        await client.query(
          "set app.current_user_role = 'administrator'; set statement_timeout = 1",
        );
      });
      // On a busy machine the millisecond can be over before the end of the transaction lifts the timeout.
      if (await isEndedInTime(tenant)) left++;
      for (const by of [pool, other]) {
        const found = await withTenantContext(by, second, (client) =>
          client.query("select from pg_prepared_statements where name like 'left%'"),
        );
        expect(found.rowCount).toBe(0);
      }
    }
  });
});

test("a timeout of a millisecond that a plain client leaves does not preserve its session", async () => {
  const { pooler } = through("with the stack's settings");
  const [tenant, next] = [await openClient(pooler), await openClient(pooler)];
  let left = 0;
  while (left < 5) {
    await tenant.query("begin");
    await tenant.query(muchToDrop);
    try {
      await tenant.query("set statement_timeout = 1; commit");
    } catch {
      // The transaction itself has to end within the millisecond.
      await tenant.query("rollback");
      continue;
    }
    left++;
    const found = await next.query("select from pg_prepared_statements where name like 'left%'");
    expect(found.rowCount).toBe(0);
  }
  await Promise.all([tenant.end(), next.end()]);
});

test("an escaped query builder and a query without await reach no other tenant", async () => {
  const { pool } = through("with the stack's settings");
  interface Schema {
    sites: { name: string; customer_id: string };
  }
  const rename = (db: Kysely<Schema>, name: string) =>
    db.updateTable("sites").set({ name }).execute();
  const { escaped } = await withTenantKysely(pool, first, (db: Kysely<Schema>) =>
    Promise.resolve({ escaped: db }),
  );
  let dropped: Promise<unknown> = Promise.resolve();
  const careless = withTenantContext(pool, first, (client) => {
    dropped = client.query("update sites set name = 'dropped'").catch((error: unknown) => error);
    return Promise.resolve();
  });
  await expect(careless).rejects.toMatchObject({ work: "nothing committed" });
  await withTenantKysely(pool, second, async (db: Kysely<Schema>) => {
    await expect(rename(escaped, "escaped")).rejects.toThrow(TransactionEnded);
    await rename(db, "own");
  });
  expect(await dropped).toBeInstanceOf(Error);
  const superuser = await stack.connect("postgres", "direct");
  const names = await rowsOf<{ name: string }>(
    superuser,
    "select distinct name from public.sites where name !~ '^Site'",
  );
  expect(names).toEqual([{ name: "own" }]);
});
