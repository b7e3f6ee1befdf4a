import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import type { TestContainer } from "../testContainer";
import { own, ownText, plant, plantForGood } from "./plantStatement";
import { type PooledStack, startPooledStack } from "./pooledStack";
import { verifyHost } from "./verifyHost";

let stack: PooledStack;
/** Poolers with one connection to the server: one with a stack's settings, and one that shares prepared statements. */
let poolers: { 0: TestContainer; 200: TestContainer };

beforeAll(async () => {
  stack = await startPooledStack();
  const single = (ini: string) =>
    ini.replace(/^(default|min)_pool_size = .*$/gm, "$1_pool_size = 1");
  const sharing = (ini: string) =>
    ini.replace("max_prepared_statements = 0", "max_prepared_statements = 200");
  poolers = {
    0: await stack.otherPooler(single),
    200: await stack.otherPooler((ini) => sharing(single(ini))),
  };
});

const opened: pg.Client[] = [];
afterAll(async () => {
  await Promise.allSettled(opened.map((client) => client.end()));
  await stack.remove();
});

async function open(pooler: TestContainer): Promise<pg.Client> {
  const client = new pg.Client(clientAddress(await stack.connect("app_user", pooler)));
  client.on("error", () => undefined);
  await client.connect();
  opened.push(client);
  return client;
}

const applications = "the application's own";

/** The owner of the statement that answered, or the SQLSTATE of its failure. */
async function answerTo(client: pg.Client, query: string | { name: string; text: string }) {
  try {
    const { rows } = await client.query<{ statement: string }>(query);
    return rows[0]?.statement ?? "nothing";
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  }
}

test("unnamed statements with parameters run in the context of their own transaction", async () => {
  const connection = await stack.connect("app_user", "pooled");
  const { host, port, database, user, password } = connection;
  const ssl = verifyHost(connection);
  const sql = postgres({ host, port, database, user, password, ssl, max: 20, prepare: false });
  const tenants = Array.from({ length: 2_000 }, (_, index) => String(index % 20));
  const seen = await Promise.all(
    tenants.map((tenant) =>
      sql.begin(async (transaction) => {
        await transaction`select pg_catalog.set_config('app.current_customer_id', ${tenant}, true)`;
        const rows = await transaction<{ tenant: string }[]>`
          select pg_catalog.current_setting('app.current_customer_id') as tenant where ${tenant} <> ''`;
        return rows[0]?.tenant;
      }),
    ),
  );
  await sql.end();
  expect(seen).toEqual(tenants);
});

test("a prepared statement is gone in the next transaction, and unknown to other clients", async () => {
  const [first, second] = [await open(poolers[0]), await open(poolers[0])];
  expect(await answerTo(first, own("one"))).toBe(applications);
  expect(await answerTo(first, own("one"))).toBe("26000");
  expect(await answerTo(second, own("one"))).toBe(applications);
});

test.each([0, 200] as const)(
  "a statement that a tenant replaces is restored after its transaction (max_prepared_statements = %i)",
  async (sharing) => {
    const [tenant, next] = [await open(poolers[sharing]), await open(poolers[sharing])];
    for (let round = 0; round < 50; round++) {
      const name = sharing === 0 ? `own ${round}` : "own";
      await tenant.query("begin");
      await plant(tenant, name);
      // The tenant affects only its own transaction.
      expect(await answerTo(tenant, own(name))).toBe("a tenant's");
      await tenant.query("commit");
      expect(await answerTo(next, own(name))).toBe(applications);
      expect(await answerTo(next, ownText)).toBe(applications);
    }
  },
);

/** A statement of a million takes more memory than the server's container has. */
const mostConstants = 400_000;

/** The answers to the next client's statement, named and unnamed, after the first reset that failed. */
async function afterFailedReset(pooler: TestContainer, nameOf: (round: number) => string) {
  const [tenant, next] = [await open(pooler), await open(pooler)];
  const unnamed = new Set<string>();
  let timeoutMs = 1;
  let constants = 200_000;
  for (let round = 0; round < 100; round++) {
    const name = nameOf(round);
    if (!(await plantForGood(tenant, name, { timeoutMs, constants }))) {
      // On a busy machine, the commit takes longer.
      timeoutMs += 1;
      constants = Math.min(constants + 100_000, mostConstants);
      continue;
    }
    const named = await answerTo(next, own(name));
    unnamed.add(await answerTo(next, ownText));
    // The timeout may be left, which ends the next client's statement too.
    if (named !== applications && named !== "57014") return { named, unnamed };
    // The reset was done in time.
    constants = Math.min(constants + 100_000, mostConstants);
  }
  throw new Error("no reset failed");
}

test("after a failed reset, a tenant's statement blocks statements of the same name, but replaces none", async () => {
  const { named, unnamed } = await afterFailedReset(poolers[0], (round) => `own ${round}`);
  // duplicate_prepared_statement
  expect(named).toBe("42P05");
  unnamed.delete("57014");
  expect([...unnamed]).toEqual([applications]);
});

test("with shared statements, the next tenant would run the replaced one after a failed reset", async () => {
  const { named } = await afterFailedReset(poolers[200], () => "own");
  expect(named).toBe("a tenant's");
});
