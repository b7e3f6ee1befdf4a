import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createPool, NoWritableHost, type PoolSettings } from "../../src/index";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  createTestDatabase,
  rowsOf,
  type TestDatabase,
} from "../../../postgres/test/integration/testDatabase";

let database: TestDatabase;
let user: Connection & { user: string };

beforeAll(async () => {
  database = await createTestDatabase();
  user = await database.role("app");
});

afterAll(() => database.drop());

function settings(more: Partial<PoolSettings> = {}): PoolSettings {
  const { host, port, database, user: name, password = "" } = user;
  return { host, port, database, credentials: { user: name, password }, ...more };
}

test("keeps five of the connections that a burst has opened", async () => {
  const pool = createPool(settings());
  const clients = await Promise.all(Array.from({ length: 12 }, () => pool.connect()));
  expect(pool.totalCount).toBe(12);
  for (const client of clients) client.release();
  await expect.poll(() => pool.totalCount).toBe(5);
  await pool.end();
});

test("opens at most twenty-five connections; further callers wait for one", async () => {
  const pool = createPool(settings());
  const all = await Promise.all(
    Array.from({ length: 60 }, () => pool.query<{ pid: number }>("select pg_backend_pid() as pid")),
  );
  expect(new Set(all.map(({ rows }) => rows[0]?.pid)).size).toBeLessThanOrEqual(25);
  await pool.end();
});

test("asks for the credentials again when it opens a connection", async () => {
  const second = await database.role("second");
  let present = { user: user.user, password: user.password ?? "" };
  const pool = createPool(
    settings({ credentials: () => Promise.resolve(present), maxLifetime: 300 }),
  );
  const whoAmI = async () =>
    (await pool.query<{ name: string }>("select current_user as name")).rows[0]?.name;
  expect(await whoAmI()).toBe(user.user);
  present = { user: second.user, password: second.password ?? "" };
  expect(await whoAmI()).toBe(user.user);
  await sleep(400);
  expect(await whoAmI()).toBe(second.user);
  await pool.end();
});

test("also asks for them if another caller has just taken the last idle connection", async () => {
  const second = await database.role("rotated");
  let present = { user: user.user, password: user.password ?? "" };
  const pool = createPool(settings({ credentials: () => present }));
  await pool.query("select 1");
  present = { user: second.user, password: second.password ?? "" };
  const clients = await Promise.all([pool.connect(), pool.connect()]);
  const names = clients.map(async (client) => {
    const { rows } = await client.query<{ name: string }>("select current_user as name");
    return rows[0]?.name;
  });
  expect(await Promise.all(names)).toEqual([user.user, second.user]);
  for (const client of clients) client.release();
  await pool.end();
});

test("a connection that breaks while it is handed over does not crash the application", async () => {
  const pool = createPool(settings());
  const client = await pool.connect();
  try {
    // node-postgres does this before the caller that asked for the client can listen.
    expect(() => client.emit("error", new Error("terminating connection"))).not.toThrow();
  } finally {
    client.release(true);
    await pool.end();
  }
});

test("skips a host that does not answer", async () => {
  const pool = createPool(settings({ host: "127.0.0.9,127.0.0.1" }));
  expect((await pool.query("select 1")).rowCount).toBe(1);
  await pool.end();
});

test("skips a read-only host, and names the answer of each", async () => {
  await rowsOf(
    database.superuser,
    `alter role "${user.user}" set default_transaction_read_only = on`,
  );
  const pool = createPool(settings({ host: "127.0.0.9,127.0.0.1" }));
  const error: unknown = await pool.connect().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(NoWritableHost);
  expect((error as Error).message).toMatch(
    /^no host accepts writes: 127\.0\.0\.9: connect ECONNREFUSED .*; 127\.0\.0\.1: is read-only, as a standby is$/,
  );
  await pool.end();
  await rowsOf(database.superuser, `alter role "${user.user}" reset default_transaction_read_only`);
});

test("does not try a password on a second host that the first has refused", async () => {
  const credentials = { user: user.user, password: "wrong" };
  const pool = createPool(settings({ host: "127.0.0.1,127.0.0.9", credentials }));
  await expect(pool.connect()).rejects.toMatchObject({ code: "28P01" });
  await pool.end();
});

test("has the server cancel slow statements, and sets application_name", async () => {
  const pool = createPool(settings({ statementTimeout: 50, applicationName: "shop" }));
  await expect(pool.query("select pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
  const { rows } = await pool.query<object>("show application_name");
  expect(rows).toEqual([{ application_name: "shop" }]);
  await pool.end();
});
