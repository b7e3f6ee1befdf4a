import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";

import Table from "cli-table3";
import type { PoolClient } from "pg";
import { test } from "vitest";

import { createPool, type DatabasePool, withTenantContext } from "hosterizer-database-client";
import { createTenantDatabase } from "../packages/postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { startTestServer } from "../packages/postgres/test/integration/testServer";
import { median } from "./figures";

type ClientPackage = Pick<
  typeof import("hosterizer-database-client"),
  "createPool" | "withTenantContext"
>;
type Query = (client: Pick<PoolClient, "query">) => Promise<unknown>;

interface Way {
  name: string;
  pool: DatabasePool;
  /** One transaction. */
  run: () => Promise<unknown>;
}

const bareName = "a bare transaction";

/** Seconds for each number of workers. */
const seconds = Number(process.env["BENCH_SECONDS"] ?? 30);
/** Seconds that one side runs before it is the other's turn. */
const turn = 0.25;

/** The work of a transaction. The second statement is planned again in each transaction that keeps nothing of the session. */
const jobs = ["select 1", "select id, name from public.sites where customer_id = 4711 limit 10"];

/**
 * The folder of an earlier commit's client to compare with, within the project so that it finds node-postgres; see
 * CONTRIBUTING.md.
 */
const before = process.env["BENCH_BEFORE"];

// A transaction of the client against one that sets nothing, in turns: other load on the machine affects both.
test("what withTenantContext costs", async () => {
  const server = await startTestServer();
  process.env["TEST_DATABASE_URL"] = server.url;
  const pools: DatabasePool[] = [];
  try {
    const { application, keys } = await createTenantDatabase("session");
    const { host, port, database, user, password = "" } = application;
    const settings = { host, port, database, credentials: { user, password } };
    const contextKey = keys[0] ?? { id: "", secret: "" };
    const context = { userRole: "customer", customerId: 4711 } as const;
    const open = (its: ClientPackage, more: object = {}) => {
      const pool = its.createPool({ ...settings, ...more });
      pools.push(pool);
      return pool;
    };
    const waysOf = (its: ClientPackage, name: string, query: Query): Way[] => {
      const [plain, signing] = [open(its), open(its, { contextKey })];
      return [
        { name, pool: plain, run: () => its.withTenantContext(plain, context, query) },
        {
          name: `${name}, signed`,
          pool: signing,
          run: () => its.withTenantContext(signing, context, query),
        },
      ];
    };
    const earlier =
      before === undefined
        ? undefined
        : ((await import(resolve(before, "index.ts"))) as ClientPackage);

    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    for (const job of jobs) {
      const query: Query = (client) => client.query(job);
      const pool = open({ createPool, withTenantContext });
      const ways = [
        { name: bareName, pool, run: () => bare(pool, query) },
        ...waysOf({ createPool, withTenantContext }, "withTenantContext", query),
        ...(earlier === undefined ? [] : waysOf(earlier, String(before), query)),
      ];
      for (const workers of [1, 10]) console.log(await compare(ways, workers, job));
    }
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.remove();
  }
});

async function bare(pool: DatabasePool, run: Query): Promise<void> {
  const client = await pool.connect();
  await client.query("begin");
  await run(client);
  await client.query("commit");
  client.release();
}

async function compare(ways: readonly Way[], workers: number, job: string): Promise<string> {
  const rates = new Map(ways.map((way): [Way, number[]] => [way, []]));
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      rates.get(way)?.push(await rateOf(way, workers));
    }
  }
  const head = [
    `${job}\n${String(workers)} workers`,
    "transactions a second",
    "ratio",
    "round trips",
  ];
  const table = new Table({ head, style: { head: [] } });
  const base = median([...rates].find(([{ name }]) => name === bareName)?.[1]);
  for (const [way, its] of rates) {
    const ratio = (median(its) / base).toFixed(2);
    table.push([way.name, median(its).toFixed(0), ratio, await roundTrips(way)]);
  }
  return table.toString();
}

async function rateOf({ run }: Way, workers: number): Promise<number> {
  const begin = performance.now();
  let count = 0;
  const work = async () => {
    while (performance.now() - begin < turn * 1000) {
      await run();
      count++;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return (count * 1000) / (performance.now() - begin);
}

/** How often the server is ready for a query in one transaction. */
async function roundTrips({ pool, run }: Way): Promise<number> {
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
