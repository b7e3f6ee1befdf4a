import { cpus, loadavg } from "node:os";

import Table from "cli-table3";
import { test } from "vitest";

import { createPool, type DatabasePool, withTenantContext } from "../client/index";
import { createTenantDatabase } from "../test/integration/rowLevelSecurity/tenantDatabase";
import { startTestServer } from "../test/integration/testServer";
import { median } from "./figures";

type Client = Parameters<Parameters<typeof withTenantContext>[2]>[0];
type Transaction = () => Promise<unknown>;

/** Seconds for each number of workers. */
const seconds = Number(process.env["BENCH_SECONDS"] ?? 30);
/** Seconds that one way runs before it is the next one's turn. */
const turn = 0.25;

// A transaction of the client against one that sets nothing, in turn: whatever else the machine does meets all of them.
test("what withTenantContext costs", async () => {
  const server = await startTestServer();
  process.env["TEST_DATABASE_URL"] = server.url;
  const pools: DatabasePool[] = [];
  try {
    const { application, keys } = await createTenantDatabase("session");
    const { host, port, database, user, password = "" } = application;
    const settings = { host, port, database, credentials: { user, password } };
    const pool = createPool(settings);
    const signing = createPool({ ...settings, contextKey: keys[0] ?? { id: "", secret: "" } });
    pools.push(pool, signing);

    const context = { userRole: "customer", customerId: 4711 } as const;
    const query = (client: Client) => client.query("select 1");
    const ways: Record<string, Transaction> = {
      "a bare transaction": () => bare(pool, query),
      withTenantContext: () => withTenantContext(pool, context, query),
      "withTenantContext, signed": () => withTenantContext(signing, context, query),
    };
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    for (const workers of [1, 10]) console.log(await compare(ways, workers));
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.remove();
  }
});

async function bare(pool: DatabasePool, run: (client: Client) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  await client.query("begin");
  await run(client);
  await client.query("commit");
  client.release();
}

async function compare(ways: Record<string, Transaction>, workers: number): Promise<string> {
  const names = Object.keys(ways);
  const rates = new Map(names.map((name): [string, number[]] => [name, []]));
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const run = ways[name];
      if (run !== undefined) rates.get(name)?.push(await rateOf(run, workers));
    }
  }
  const head = [`${String(workers)} workers`, "transactions a second", "ratio"];
  const table = new Table({ head, style: { head: [] } });
  const base = median(rates.get("a bare transaction"));
  for (const [name, its] of rates) {
    table.push([name, median(its).toFixed(0), (median(its) / base).toFixed(2)]);
  }
  return table.toString();
}

async function rateOf(run: Transaction, workers: number): Promise<number> {
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
