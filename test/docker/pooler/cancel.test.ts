import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import type { TestContainer } from "../testContainer";
import {
  isExpected,
  nodePostgres,
  type OpenCanceller,
  postgresJs,
  protocol,
  psql,
} from "./cancellers";
import { type PooledStack, startPooledStack } from "./pooledStack";
import { cancelManners } from "./sendCancel";

let stack: PooledStack;

beforeAll(async () => {
  stack = await startPooledStack();
});

afterAll(() => stack.remove());

/** What distinguishes one run of the pooler from another. */
async function lifeOf(pooler: TestContainer) {
  const { State, RestartCount } = await pooler.inspect();
  const { StartedAt, Running, Pid } = State;
  return { StartedAt, Running, Pid, RestartCount };
}

/** Runs transactions that cancel nothing while others work. @returns their number, and what disturbed them */
async function watch(others: Promise<unknown>) {
  const client = new pg.Client(clientAddress(await stack.connect("app_user", "pooled")));
  const faults: string[] = [];
  client.on("error", ({ message }) => faults.push(message));
  await client.connect();
  const work = { ended: false };
  void others.finally(() => (work.ended = true)).catch(() => undefined);
  let count = 0;
  while (!work.ended && faults.length === 0) {
    try {
      const value = String(count++);
      await client.query("begin");
      const { rows } = await client.query<{ value: string }>(
        "select pg_catalog.set_config('app.current_customer_id', $1, true) as value",
        [value],
      );
      await client.query("commit");
      if (rows[0]?.value !== value) faults.push(`${rows[0]?.value} in place of ${value}`);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  await client.end().catch(() => undefined);
  return { count, faults };
}

/** Cancels at different moments: at once, in the middle, and just after the query has ended. */
async function cancelOften({ name, cancel, close }: OpenCanceller, times: number) {
  const outcomes = new Set<string>();
  for (let round = 0; round < times; round++) {
    const milliseconds = [2_000, 30, 10, 2][round % 4] ?? 0;
    const delay = [0, 10, 29, 9, 1][round % 5] ?? 0;
    const how = (await cancel(milliseconds, delay).catch(String)) ?? "ended";
    outcomes.add(how);
    // Without a pooler, every later round would fail the same way.
    if (!isExpected(how)) break;
  }
  await Promise.race([close().catch(() => undefined), sleep(5_000)]);
  return { name, outcomes };
}

test("the pooler survives cancel requests of every kind, and other clients are not disturbed", async () => {
  const before = await lifeOf(stack.pooler);
  const connection = await stack.connect("app_user", "pooled");
  const cancellers = [
    ...(await Promise.all(cancelManners.map((manner) => protocol(connection, manner)))),
    ...(await Promise.all(cancelManners.map((manner) => protocol(connection, manner)))),
    await nodePostgres(connection),
    await nodePostgres(connection),
    postgresJs(connection),
    postgresJs(connection),
  ];
  const work = Promise.all([
    ...cancellers.map((canceller) => cancelOften(canceller, 24)),
    cancelOften(psql(connection), 8),
  ]);
  const [ends, ...watched] = await Promise.all([work, watch(work), watch(work)]);

  // The pooler's own error says more than the lost connections of its clients.
  expect((await stack.pooler.logs()).match(/.*(?:FATAL|PANIC).*/g)).toBeNull();
  expect(await lifeOf(stack.pooler)).toEqual(before);
  for (const { name, outcomes } of ends) {
    expect([name, [...outcomes].filter((how) => !isExpected(how))]).toEqual([name, []]);
  }
  // Others were too late, or disconnected before the pooler forwarded their request.
  const canceled = ends.filter(({ outcomes }) => outcomes.has("57014")).map(({ name }) => name);
  expect(canceled).toEqual(
    expect.arrayContaining([
      "node-postgres",
      "postgres.js",
      "psql",
      expect.stringMatching(/waits/),
    ]),
  );
  for (const { faults, count } of watched) {
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(20);
  }
});
