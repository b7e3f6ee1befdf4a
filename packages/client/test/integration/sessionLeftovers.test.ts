import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createPool, type DatabasePool, withTenantContext } from "../../src/index";
import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";
import { type Asker, type Leftover, leftovers, lookIn, prepareLeftovers } from "./leftovers";

const first = { userRole: "customer", customerId: 1 } as const;
const second = { userRole: "customer", customerId: 2 } as const;

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  const { user: application } = database.application;
  const { user: group } = await database.role("group");
  await database.run(prepareLeftovers(application, group, database.name));
});

afterAll(() => database.drop());

/** With one connection, so that each transaction meets what the previous one has left. */
async function withPool<T>(run: (pool: DatabasePool) => Promise<T>): Promise<T> {
  const { host, port, database: name, user, password = "" } = database.application;
  const settings = { host, port, database: name, credentials: { user, password } };
  const pool = createPool({ ...settings, maxOpenConnections: 1 });
  try {
    return await run(pool);
  } finally {
    await pool.end();
  }
}

const asSecond = (pool: pg.Pool) => (run: (client: Asker) => Promise<never>) =>
  withTenantContext(pool, second, run);

/** Without a context, as an application reads tables that belong to no tenant. */
const directly = (pool: pg.Pool) => async (run: (client: Asker) => Promise<never>) => {
  const client = await pool.connect();
  try {
    await client.query("begin");
    return await run(client);
  } finally {
    await client.query("rollback");
    client.release();
  }
};

const inNewSession = (leftover: Leftover, way = asSecond) =>
  withPool((pool) => lookIn(way(pool), leftover));

describe("the next transaction finds nothing of what a tenant's transaction leaves:", () => {
  test.each(leftovers)("$what", async (leftover) => {
    for (const way of [asSecond, directly]) {
      const expected = await inNewSession(leftover, way);
      await withPool(async (pool) => {
        await withTenantContext(pool, first, leftover.leave);
        expect(await lookIn(way(pool), leftover)).toEqual(expected);
      });
    }
  });
});

describe("a tenant's transaction finds nothing of what work without a context leaves:", () => {
  test.each(leftovers)("$what", async (leftover) => {
    const expected = await inNewSession(leftover);
    await withPool(async (pool) => {
      const client = await pool.connect();
      await leftover.leave(client);
      client.release();
      expect(await lookIn(asSecond(pool), leftover)).toEqual(expected);
    });
  });
});

const setting = "set app.kept = 'by another'";
const left = (client: Asker) =>
  client.query<{ kept: string | null }>("select current_setting('app.kept', true) as kept");

test("also resets what a released client sends while its connection is idle", async () => {
  await withPool(async (pool) => {
    const kept = await pool.connect();
    kept.release();
    await withTenantContext(pool, first, left);
    await kept.query(setting);
    const { rows } = await withTenantContext(pool, second, left);
    expect([null, ""]).toContain(rows[0]?.kept);
  });
});

test("also resets what a listener sends when a connection is released", async () => {
  await withPool(async (pool) => {
    await withTenantContext(pool, first, left);
    pool.on("release", (_error, client) => {
      void client.query(setting).catch(() => undefined);
    });
    for (let n = 0; n < 3; n++) {
      const { rows } = await withTenantContext(pool, second, left);
      expect([null, ""]).toContain(rows[0]?.kept);
    }
  });
});

test("a plain node-postgres pool keeps nothing either", async () => {
  const { host, port, database: name, user, password = "" } = database.application;
  const pool = new pg.Pool({ host, port, database: name, user, password, max: 1 });
  try {
    for (const leftover of leftovers) {
      const expected = await inNewSession(leftover);
      const client = await pool.connect();
      await leftover.leave(client);
      client.release();
      expect([leftover.what, await lookIn(asSecond(pool), leftover)]).toEqual([
        leftover.what,
        expected,
      ]);
    }
  } finally {
    await pool.end();
  }
});

const processOf = async (client: Asker) =>
  (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;

test("a connection stays open after the reset, and counts named statements from the start", async () => {
  await withPool(async (pool) => {
    const named = { name: "named", text: "select pg_backend_pid() as pid" };
    const ask = (client: Asker) => client.query<{ pid: number }>(named);
    const pids = [];
    for (let n = 0; n < 3; n++) {
      const { rows } = await withTenantContext(pool, first, ask);
      pids.push(rows[0]?.pid);
    }
    expect(new Set(pids).size).toBe(1);
  });
});

test("a timeout of a millisecond that a tenant leaves does not stop the reset", async () => {
  await withPool(async (pool) => {
    const committed = await withTenantContext(pool, first, async (client) => {
      // Dropping them takes longer than the timeout.
      await client.query(`do $$ begin
        for n in 1..3000 loop execute format('prepare left_%s as select 1', n); end loop; end $$`);
      await client.query("set statement_timeout = '1ms'");
      return "committed";
    });
    expect(committed).toBe("committed");
    const left = await withTenantContext(pool, second, (client) =>
      client.query("select from pg_prepared_statements"),
    );
    expect(left.rowCount).toBe(0);
  });
});

test("a committed result is returned even if the reset fails, and its connection is closed", async () => {
  const unlock = "execute on function pg_catalog.pg_advisory_unlock_all()";
  await database.run(`revoke ${unlock} from public`);
  try {
    await withPool(async (pool) => {
      const name = `Committed ${Date.now()}`;
      const before = await withTenantContext(pool, first, async (client) => {
        await client.query("update public.sites set name = $1", [name]);
        return processOf(client);
      });
      expect(pool.totalCount).toBe(0);
      const sites = await rowsOf<{ name: string }>(
        database.superuser,
        "select name from public.sites where customer_id = 1",
      );
      expect(sites).toEqual([{ name }]);
      expect(await withTenantContext(pool, first, processOf)).not.toBe(before);
    });
  } finally {
    await database.run(`grant ${unlock} to public`);
  }
});

test("a session that is deferrable by default does not wait during the reset", async () => {
  const other = new pg.Client(clientAddress(database.superuser));
  await other.connect();
  try {
    // SERIALIZABLE READ ONLY DEFERRABLE waits until a concurrent writing transaction has ended.
    await other.query("begin isolation level serializable; update public.users set email = email");
    const leave = (client: Asker) =>
      client.query(
        "set default_transaction_isolation = serializable; set default_transaction_read_only = on;" +
          "set default_transaction_deferrable = on",
      );
    await withPool(async (pool) => {
      await withTenantContext(pool, first, leave);
      expect(await withTenantContext(pool, second, processOf)).toBeTypeOf("number");
    });
  } finally {
    await other.query("rollback");
    await other.end();
  }
}, 20_000);
