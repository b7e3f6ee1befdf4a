import Cursor from "pg-cursor";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  StatementRefused,
  type TransactionClient,
  TransactionEnded,
  TransactionLost,
  withTenantContext,
} from "../../src/index";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../../postgres/test/integration/testDatabase";

const first = { userRole: "customer", customerId: 1 } as const;
const second = { userRole: "customer", customerId: 2 } as const;

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  await database.run(`create table public.notes (tenant text not null, note text not null);
    grant select, insert on public.notes to "${database.application.user}"`);
});

afterAll(() => database.drop());

// One connection, so that each transaction gets the connection of the previous one.
beforeEach(async () => {
  await database.run("truncate public.notes");
  const { host, port, database: name, user, password = "" } = database.application;
  const credentials = { user, password };
  pool = createPool({ host, port, database: name, credentials, maxOpenConnections: 1 });
});

afterEach(() => pool.end());

type Asker = Pick<pg.PoolClient, "query">;

/** Not a tenant's table, so writes without a context are visible too. */
const note = (client: Asker, text: string) =>
  client.query(
    "insert into public.notes select coalesce(current_setting('app.current_customer_id', true), ''), $1",
    [text],
  );

async function notes(): Promise<string[]> {
  const rows = await rowsOf<{ note: string }>(
    database.superuser,
    "select tenant || ': ' || note as note from public.notes order by 1",
  );
  return rows.map(({ note }) => note);
}

const processOf = async (client: Asker) =>
  (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;

const settled = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: unknown) => error,
  );

describe("after `run` has settled", () => {
  test("a chain beside a rejection stops, and reaches no other transaction", async () => {
    let chain = Promise.resolve();
    const failing = withTenantContext(pool, first, async (client) => {
      chain = (async () => {
        for (let n = 0; n < 5; n++) await note(client, `link ${n}`);
      })();
      await Promise.all([chain, Promise.reject(new Error("beside it"))]);
    });
    await expect(failing).rejects.toThrow("beside it");
    await withTenantContext(pool, second, (client) => note(client, "own"));
    expect(await settled(chain)).toBeInstanceOf(Error);
    expect(await notes()).toEqual(["2: own"]);
  });

  test("a query without await loses its transaction, and reaches no other", async () => {
    let dropped: Promise<unknown> = Promise.resolve();
    const careless = withTenantContext(pool, first, async (client) => {
      await note(client, "before");
      dropped = note(client, "dropped");
    });
    await expect(careless).rejects.toMatchObject({
      name: "TransactionLost",
      work: "nothing committed",
    });
    await withTenantContext(pool, second, (client) => note(client, "own"));
    expect(await settled(dropped)).toBeInstanceOf(Error);
    expect(await notes()).toEqual(["2: own"]);
  });

  test("does not wait for a slow query", async () => {
    const begin = performance.now();
    const careless = withTenantContext(pool, first, async (client) => {
      void client.query("select pg_sleep(30)");
      await Promise.resolve();
    });
    await expect(careless).rejects.toThrow(TransactionLost);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("a kept client rejects every form of query, and sends nothing", async () => {
    let kept: TransactionClient | undefined;
    await withTenantContext(pool, first, (client) => {
      kept = client;
      return processOf(client);
    });
    const client = kept as unknown as TransactionClient;
    await withTenantContext(pool, second, async (own) => {
      const insert = "insert into public.notes values ('kept', 'kept')";
      const config = { text: insert };
      await expect(client.query(insert)).rejects.toThrow(TransactionEnded);
      await expect(client.query(insert, [])).rejects.toThrow(TransactionEnded);
      await expect(client.query(config)).rejects.toThrow(TransactionEnded);
      const called = (...args: unknown[]) =>
        new Promise((resolve) => {
          (client.query as (...all: unknown[]) => void)(...args, resolve);
        });
      expect(await called(insert)).toBeInstanceOf(TransactionEnded);
      expect(await called(insert, [])).toBeInstanceOf(TransactionEnded);
      expect(await called(config)).toBeInstanceOf(TransactionEnded);
      expect(() => client.query(new Cursor(insert))).toThrow(TransactionEnded);
      expect(() => client.query(new pg.Query(insert))).toThrow(TransactionEnded);
      await note(own, "own");
    });
    expect(await notes()).toEqual(["2: own"]);
  });

  test("an open cursor loses its transaction, one that was read to the end does not", async () => {
    const open = withTenantContext(pool, first, async (client) => {
      const cursor = client.query(new Cursor("select from generate_series(1, 100)"));
      expect(await cursor.read(10)).toHaveLength(10);
    });
    await expect(open).rejects.toThrow(TransactionLost);
    const pid = await withTenantContext(pool, first, processOf);
    const rows = await withTenantContext(pool, first, async (client) => {
      const cursor = client.query(new Cursor("select from generate_series(1, 100)"));
      const some = await cursor.read(10);
      const others = await cursor.read(100);
      await cursor.close();
      return some.length + others.length;
    });
    expect(rows).toBe(100);
    expect(await withTenantContext(pool, first, processOf)).toBe(pid);
  });

  test("a failed statement alone does not close the connection", async () => {
    const pid = await withTenantContext(pool, first, processOf);
    const failing = withTenantContext(pool, first, (client) => client.query("select 1 / 0"));
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    expect(await withTenantContext(pool, first, processOf)).toBe(pid);
  });
});

describe("a client that was kept from the pool itself", () => {
  test("does nothing in a tenant's transaction, and does not release its connection", async () => {
    const kept = await pool.connect();
    kept.release();
    await withTenantContext(pool, second, async (own) => {
      await expect(note(kept, "kept")).rejects.toThrow(TransactionEnded);
      expect(() => {
        kept.release();
      }).toThrow(TransactionEnded);
      await note(own, "own");
      expect(pool.idleCount).toBe(0);
    });
    expect(await notes()).toEqual(["2: own"]);
  });

  test.each([
    ["in a transaction", async (client: Asker) => note(client, "open")],
    ["with a query under way", (client: Asker) => void settled(client.query("select pg_sleep(1)"))],
  ])("that is released %s is closed, and none of its work is committed", async (_, leave) => {
    const client = await pool.connect();
    const pid = await processOf(client);
    client.on("error", () => undefined);
    await client.query("begin");
    await leave(client);
    client.release();
    expect(await withTenantContext(pool, second, processOf)).not.toBe(pid);
    expect(await notes()).toEqual([]);
  });

  test("is closed if a query of the pool has begun a transaction on it", async () => {
    await pool.query("begin");
    expect(pool.totalCount).toBe(0);
  });

  test("that is released in a transaction to a plain node-postgres pool serves no tenant", async () => {
    const { host, port, database: name, user, password = "" } = database.application;
    const plain = new pg.Pool({ host, port, database: name, user, password, max: 1 });
    try {
      const client = await plain.connect();
      await client.query("begin");
      await note(client, "open");
      client.release();
      await withTenantContext(plain, second, (own) => note(own, "own"));
      expect(await notes()).toEqual(["2: own"]);
    } finally {
      await plain.end();
    }
  });
});

test("release() in `run` frees no connection, so no other transaction commits its half-done work", async () => {
  const failing = withTenantContext(pool, first, async (client) => {
    await note(client, "half");
    client.release();
    // With the connection free, this would be in the same transaction, and commit it.
    const other = withTenantContext(pool, second, (own) => note(own, "own"));
    await note(client, "other half");
    void settled(other);
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  await expect.poll(notes).toEqual(["2: own"]);
});

describe("refused before it is sent:", () => {
  test.each([
    "commit",
    "COMMIT AND CHAIN",
    "/* a /* nested */ comment */ -- and another\n commit",
    "select 1; commit; begin",
    "rollback",
    "rollback and chain",
    "rollback work",
    "abort",
    "end",
    "begin",
    "start transaction",
    "prepare transaction 'x'",
    "commit prepared 'x'",
  ])("%s", async (text) => {
    const pid = await withTenantContext(pool, first, processOf);
    const refused = withTenantContext(pool, first, async (client) => {
      await note(client, "before");
      await client.query(text);
    });
    await expect(refused).rejects.toThrow(StatementRefused);
    expect(await notes()).toEqual([]);
    expect(await withTenantContext(pool, first, processOf)).toBe(pid);
  });

  test.each(["connect", "end", "copyFrom", "copyTo", "setTypeParser", "pauseDrain"] as const)(
    "client.%s()",
    async (method) => {
      const refused = withTenantContext(pool, first, async (client) => {
        await processOf(client);
        client[method]();
      });
      await expect(refused).rejects.toThrow(StatementRefused);
    },
  );

  test("client.connection", async () => {
    const refused = withTenantContext(pool, first, (client) => Promise.resolve(client.connection));
    await expect(refused).rejects.toThrow(StatementRefused);
  });
});

test("savepoints are allowed, whatever their strings contain", async () => {
  await withTenantContext(pool, first, async (client) => {
    await note(client, "one");
    await client.query("savepoint a");
    await note(client, "two");
    await client.query("rollback to savepoint a");
    await client.query("savepoint b; release savepoint b; rollback work to a; rollback to a");
    await client.query({ name: "back", text: "rollback to a" });
    await client.query({ name: "back" } as pg.QueryConfig);
    await note(client, "; commit; --");
    await client.query(
      "select '; commit', $$; commit$$, E'\\'; commit', \"a\" from (select 1 as a) as t",
    );
    await client.query("prepare p as select 1; execute p");
  });
  expect(await notes()).toEqual(["1: ; commit; --", "1: one"]);
});

describe("notices by the server's answer a statement that the scanner does not recognize:", () => {
  test.each([
    ["commit", "partly committed", ["1: before"]],
    ["commit and chain", "partly committed", ["1: before"]],
    ["commit; begin", "partly committed", ["1: before"]],
    ["rollback", "unknown", []],
    ["rollback and chain", "unknown", []],
    ["rollback; insert into public.notes values ('', 'beside it')", "unknown", [": beside it"]],
  ] as const)("%s", async (statement, work, left) => {
    const pid = await withTenantContext(pool, first, processOf);
    let next: unknown;
    const ending = withTenantContext(pool, first, async (client) => {
      await note(client, "before");
      await client.query("set standard_conforming_strings = off; set backslash_quote = on");
      await client.query(`select '\\''; ${statement}; --'`);
      next = await settled(note(client, "after"));
    });
    await expect(ending).rejects.toMatchObject({ name: "TransactionLost", work });
    expect(next).toBeInstanceOf(TransactionLost);
    expect(await notes()).toEqual(left);
    expect(await withTenantContext(pool, first, processOf)).not.toBe(pid);
  });

  test("an unknown savepoint lets no other statement through", async () => {
    const ending = withTenantContext(pool, first, async (client) => {
      await note(client, "before");
      await client.query("savepoint a");
      await settled(client.query("rollback to nosuch"));
      await client.query("rollback to a");
      await client.query("set standard_conforming_strings = off; set backslash_quote = on");
      await client.query("select '\\''; rollback and chain; --'");
      await note(client, "after");
    });
    await expect(ending).rejects.toMatchObject({ name: "TransactionLost", work: "unknown" });
    expect(await notes()).toEqual([]);
  });

  test("its work is reported, whatever `run` then throws, and is not repeated", async () => {
    let runs = 0;
    const serialization = Object.assign(new Error("lost"), { code: "40001" });
    const ending = withTenantContext(
      pool,
      first,
      async (client) => {
        runs++;
        await note(client, "before");
        await client.query("set standard_conforming_strings = off; set backslash_quote = on");
        await client.query("select '\\''; commit and chain; --'");
        throw serialization;
      },
      { retries: 3 },
    );
    await expect(ending).rejects.toMatchObject({
      name: "TransactionLost",
      work: "partly committed",
      cause: serialization,
    });
    expect(runs).toBe(1);
    expect(await notes()).toEqual(["1: before"]);
  });
});
