import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import Table from "cli-table3";
import pg from "pg";
import { expect, test } from "vitest";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { engine } from "../test/docker/engine";
import { type PooledStack, startPooledStack } from "../test/docker/pooler/pooledStack";
import { rowsOf } from "../test/docker/pooler/rowsOf";
import { tenants, twentyTenants, visibleRows } from "../test/docker/pooler/twentyTenants";
import { median, row } from "./figures";
import { ownMemory, peakMemory } from "./peakMemory";

const rounds = 5;
const clients = 200;

const ways = ["direct", "pooled"] as const;
type Way = (typeof ways)[number];

interface Figures {
  seconds: number[];
  /** Beyond what the server holds without clients. */
  megabytes: number[];
}

// All clients at once, each with its own session for one transaction, in turns through PgBouncer and directly.
test("200 clients that connect, ask for a tenant's rows and disconnect", async () => {
  // A stack's server has no room for as many sessions, besides those that have just ended.
  const stack = await startPooledStack({ max_connections: String(clients + 100) });
  try {
    // Without the pooler two hundred sessions need more than the usual 512 MiB: the kernel has killed the server.
    const limit = 2 * 2 ** 30;
    await engine.getContainer(stack.server().id).update({ Memory: limit, MemorySwap: limit });
    await rowsOf(await stack.connect("postgres", "direct"), twentyTenants);
    const figures = await measure(stack);
    const head = ["", "minimum", "median", "maximum"];
    const table = new Table({ head, style: { head: [] } });
    for (const way of ways) {
      table.push(row(`${way}, seconds`, figures[way].seconds, 2));
      table.push(row(`${way}, MiB of the server`, figures[way].megabytes, 1));
    }
    console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
    console.log(table.toString());
    const ratio = (of: keyof Figures) => median(figures.direct[of]) / median(figures.pooled[of]);
    console.log(
      `direct over pooled: time ${ratio("seconds").toFixed(2)}, memory ${ratio("megabytes").toFixed(1)}`,
    );
  } finally {
    await stack.remove();
  }
});

async function measure(stack: PooledStack): Promise<Record<Way, Figures>> {
  const figures = {
    direct: { seconds: [] as number[], megabytes: [] as number[] },
    pooled: { seconds: [] as number[], megabytes: [] as number[] },
  };
  const connections = {
    direct: await stack.connect("app_user", "direct"),
    pooled: await stack.connect("app_user", "pooled"),
  };
  const server = stack.server().id;
  const idle = await ownMemory(server);
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      const start = performance.now();
      let seconds = 0;
      const { peak } = await peakMemory(server, async () => {
        await all(connections[way]);
        seconds = (performance.now() - start) / 1000;
      });
      figures[way].seconds.push(seconds);
      figures[way].megabytes.push((peak - idle) / 2 ** 20);
      // Closed sessions free their memory.
      await sleep(2_000);
    }
  }
  return figures;
}

async function all(connection: Connection): Promise<void> {
  await Promise.all(Array.from({ length: clients }, (_, number) => one(connection, number)));
}

async function one(connection: Connection, number: number): Promise<void> {
  const tenant = 1 + (number % tenants);
  const client = new pg.Client(clientAddress(connection));
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin");
  await client.query(
    `select pg_catalog.set_config('app.current_customer_id', $1, true),
            pg_catalog.set_config('app.current_user_role', 'customer', true)`,
    [String(tenant)],
  );
  const { rows } = await client.query<{ tenant: number }>(visibleRows);
  await client.query("commit");
  await client.end();
  expect(rows).toMatchObject([{ tenant }]);
}
