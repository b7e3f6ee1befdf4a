import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { withSession } from "../../../src/connection/withSession";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const backend = async (client: Client) => {
  const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  return rows[0]?.pid;
};

const sessions = async () => {
  const found = await rowsOf<{ pid: number }>(
    { ...database.superuser, database: "postgres" },
    `select pid from pg_stat_activity where datname = '${database.name}'`,
  );
  return found.map(({ pid }) => pid);
};

test("ten readers at once share one session, one after the other", async () => {
  let inside = 0;
  const reader = () =>
    withSession(database.superuser, async (client) => {
      inside++;
      expect(inside).toBe(1);
      const pid = await backend(client);
      inside--;
      return pid;
    });
  const pids = await Promise.all(Array.from({ length: 10 }, reader));

  expect(new Set(pids).size).toBe(1);
});

test("a reader that fails does not block the next one", async () => {
  const failing = withSession(database.superuser, (client) => client.query("select 1 / 0"));
  const next = withSession(database.superuser, backend);

  await expect(failing).rejects.toMatchObject({ code: "22012" });
  await expect(next).resolves.toBeTypeOf("number");
});

test.each([0, 100])(
  "a session that the server ended %i ms ago is replaced by a new one",
  async (pause) => {
    const first = await withSession(database.superuser, backend);
    await rowsOf(
      { ...database.superuser, database: "postgres" },
      `select pg_terminate_backend(${String(first)}, 5000)`,
    );
    // At first the client has not noticed; later it has.
    await sleep(pause);

    const second = await withSession(database.superuser, backend);
    expect(second).not.toBe(first);
  },
);

test("an idle session is closed", async () => {
  const pid = await withSession(database.superuser, backend);
  expect(await sessions()).toContain(pid);

  await expect.poll(sessions, { timeout: 10_000 }).not.toContain(pid);
});

test("a server that cannot be reached is named with host and port, each time", async () => {
  const nowhere = { ...database.superuser, port: 1 };
  for (let attempt = 1; attempt <= 2; attempt++) {
    await expect(withSession(nowhere, backend)).rejects.toThrow(
      `connect ECONNREFUSED ${nowhere.host}:1`,
    );
  }
});
