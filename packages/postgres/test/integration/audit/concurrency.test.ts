import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let reader: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  reader = database.own("app_readonly");
});

afterAll(() => database.drop());

/**
 * Runs `work` while a session makes and drops, grants and revokes again and again, with pauses in which a catalog can be
 * read several times: of the readings that a repair tries in a row, one fits into them on a slow machine too.
 */
async function whileOthersChange(statements: readonly string[], work: () => Promise<void>) {
  const other = new Client(database.superuser);
  await other.connect();
  const state = { busy: true };
  const changing = (async () => {
    while (state.busy) {
      for (const sql of statements) {
        const start = performance.now();
        await database.lines();
        const reading = performance.now() - start;
        await untilNobodyIsInTheWay(() => other.query(sql));
        await sleep((4 + 4 * Math.random()) * reading);
      }
    }
  })();
  try {
    await work();
  } finally {
    state.busy = false;
    await changing;
    await other.end();
  }
}

/** If two sessions change a catalog row at once, one of them gets an error. */
async function untilNobodyIsInTheWay(change: () => Promise<unknown>): Promise<void> {
  await change().catch((error: unknown) => {
    if (!/tuple concurrently/.test(String(error))) throw error;
    return untilNobodyIsInTheWay(change);
  });
}

test("a repair holds while another session drops and recreates the same objects", async () => {
  const make = `create view public.blink as select domain from public.sites;
    alter view public.blink owner to ${database.owner};
    grant select on public.blink to public`;
  await whileOthersChange([make, "drop view public.blink"], async () => {
    for (let round = 1; round <= 6; round++) {
      const sql = `grant update on public.users to ${reader}`;
      await untilNobodyIsInTheWay(() => database.run(sql));
      await database.repair();
    }
  });
  await database.run("drop view if exists public.blink");
  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("a repair holds while another session grants on the same table", async () => {
  const statements = [
    `grant truncate on public.policies to ${reader}`,
    `revoke truncate on public.policies from ${reader}`,
  ];
  await whileOthersChange(statements, async () => {
    for (let round = 1; round <= 6; round++) {
      const sql = `grant update on public.policies to ${reader}`;
      await untilNobodyIsInTheWay(() => database.run(sql));
      await database.repair();
    }
  });
  await database.repair();
  expect(await database.lines()).toEqual([]);
});

/** Runs `sql` in a transaction, starts `work`, and commits a moment later. */
async function whileOpen<T>(sql: string, milliseconds: number, work: () => Promise<T>): Promise<T> {
  const other = new Client(database.superuser);
  await other.connect();
  try {
    await other.query(`begin; ${sql}`);
    const working = work();
    // It is awaited below; until then its failure must not end the process.
    working.catch(() => undefined);
    await sleep(milliseconds);
    await other.query("commit");
    return await working;
  } finally {
    await other.end();
  }
}

const makeHeld = () => `set role ${database.owner};
  create view public.held as select domain from public.sites`;

test("a repair waits for a short lock", async () => {
  await database.run(makeHeld());
  const lock = "lock table public.held in access share mode";
  await whileOpen(lock, 1_000, () => database.repair());
  expect(await database.lines()).toEqual([]);
  await database.run("drop view public.held");
});

test("a repair of an object that is dropped meanwhile does nothing", async () => {
  await database.run(makeHeld());
  await whileOpen("drop view public.held", 1_000, () => database.repair());
  expect(await database.lines()).toEqual([]);
});

test("a repair is retried if another session has changed the same catalog row", async () => {
  await database.run(`grant update on public.users to ${reader}`);
  const grant = `grant delete on public.users to ${reader}`;
  await whileOpen(grant, 350, () => database.repair());
  expect(await database.lines()).toEqual([]);
});
