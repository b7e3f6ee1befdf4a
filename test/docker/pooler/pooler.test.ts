import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import type { TestContainer } from "../testContainer";
import { type PooledStack, startPooledStack } from "./pooledStack";
import { rowsOf } from "./rowsOf";
import { scramLogin } from "./scramLogin";

let stack: PooledStack;

beforeAll(async () => {
  stack = await startPooledStack();
});

afterAll(() => stack.remove());

const pooled = (user: string) => stack.connect(user, "pooled");

test("PgBouncer accepts every setting in its configuration", async () => {
  const log = await stack.pooler.logs();
  expect(log).toContain("process up: PgBouncer 1.24");
  expect(log).not.toMatch(/WARNING|ERROR|FATAL/);
});

test.each(["app_user", "app_readonly", "app_monitor", "app_backup"])(
  "%s logs in with its password, over TLS on both connections",
  async (role) => {
    const [row] = await rowsOf(
      await pooled(role),
      `select current_user as role,
              (select version from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()) as tls`,
    );
    expect(row).toEqual({ role, tls: "TLSv1.3" });
  },
);

test.each(["postgres", "hosterizer_migrator"])(
  "%s cannot log in through the pooler, even with the right password",
  async (role) => {
    await expect(rowsOf(await stack.connect(role, "direct"), "select 1")).resolves.toHaveLength(1);
    await expect(rowsOf(await pooled(role), "select 1")).rejects.toThrow(/no such user/);
  },
);

test("a wrong password is refused", async () => {
  const connection = { ...(await pooled("app_user")), password: "another" };
  await expect(rowsOf(connection, "select 1")).rejects.toThrow(/SASL authentication failed/);
});

async function loginWithEmptyPassword(user: string, pooler: TestContainer) {
  const connection = await stack.connect("app_user", pooler);
  const { host, port, database, sslrootcert = "" } = connection;
  const ca = readFileSync(sslrootcert, "utf8");
  return scramLogin({ host, port, ca }, { user, database, password: "" });
}

test("a connection without TLS is refused", async () => {
  const connection = { ...(await pooled("app_user")), sslmode: "disable" as const };
  await expect(rowsOf(connection, "select 1")).rejects.toThrow(/SSL required/);
});

test.each(["app_pooler", "hosterizer_owner", "nobody"])(
  "%s cannot log in with an empty password",
  async (user) => {
    const answer = await loginWithEmptyPassword(user, stack.pooler);

    expect(answer.type).toBe("E");
    expect(answer.text).toMatch(/SASL authentication failed|no such user/);
  },
);

test("without auth_file, app_pooler could log in with an empty password", async () => {
  const trusting = await stack.otherPooler((ini) => ini.replace(/^auth_file = .*$/m, ""));

  expect((await loginWithEmptyPassword("app_pooler", trusting)).type).toBe("R");
});

test("the same login succeeds with the right password", async () => {
  const { host, port, user, database, password, sslrootcert = "" } = await pooled("app_user");
  const ca = readFileSync(sslrootcert, "utf8");
  const answer = await scramLogin({ host, port, ca }, { user, database, password });

  expect(answer.type).toBe("R");
});

test("the pooler's console is closed to the network", async () => {
  const connection = { ...(await pooled("app_user")), database: "pgbouncer" };
  await expect(rowsOf(connection, "show pools")).rejects.toThrow(/SASL authentication failed/);
  const console = { ...(await pooled("app_user")), database: "pgbouncer", user: "pgbouncer" };
  await expect(rowsOf(console, "show pools")).rejects.toThrow(/SASL authentication failed/);
});

test("other databases are unreachable", async () => {
  const connection = { ...(await pooled("app_user")), database: "postgres" };
  await expect(rowsOf(connection, "select 1")).rejects.toThrow(/SASL authentication failed/);
});

test("the server refuses the pooler's role a login with a password", async () => {
  const role = await stack.connect("app_pooler", "direct");
  await expect(rowsOf({ ...role, password: "x" }, "select 1")).rejects.toMatchObject({
    code: "28000",
  });
  const elsewhere = { ...role, password: "x", database: "postgres" };
  await expect(rowsOf(elsewhere, "select 1")).rejects.toMatchObject({ code: "28000" });
});

test("a changed password takes effect at once", async () => {
  const superuser = await stack.connect("postgres", "direct");
  const connection = await pooled("app_monitor");
  await rowsOf(superuser, "alter role app_monitor password 'a new one'");
  await expect(rowsOf(connection, "select 1")).rejects.toThrow();
  await expect(rowsOf({ ...connection, password: "a new one" }, "select 1")).resolves.toHaveLength(
    1,
  );
  await rowsOf(superuser, `alter role app_monitor password '${connection.password}'`);
});

test("a client's SET does not outlive its transaction", async () => {
  const client = new pg.Client(clientAddress(await pooled("app_user")));
  await client.connect();
  try {
    await client.query("set app.current_customer_id = '7'");
    const { rows } = await client.query<{ value: string | null }>(
      "select pg_catalog.current_setting('app.current_customer_id', true) as value",
    );
    expect(rows[0]?.value ?? "").toBe("");
  } finally {
    await client.end();
  }
});

test("the pooler refuses startup options that it cannot keep", async () => {
  const connection = clientAddress(await pooled("app_user"));
  const client = new pg.Client({ ...connection, options: "-c app.current_customer_id=7" });
  await expect(client.connect()).rejects.toThrow(/unsupported startup parameter/);
});

test("sixty clients share twenty-five connections", async () => {
  const connection = clientAddress(await pooled("app_user"));
  const clients = Array.from({ length: 60 }, () => new pg.Client(connection));
  await Promise.all(clients.map((client) => client.connect()));
  try {
    const answers = await Promise.all(
      clients.map((client) =>
        client.query<{ pid: number }>(
          "select pg_catalog.pg_backend_pid() as pid from pg_catalog.pg_sleep(0.2)",
        ),
      ),
    );
    expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBeLessThanOrEqual(25);
    expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBeGreaterThan(5);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
});

/** Retries a query, as an application's pool does. @returns the seconds until it succeeds */
async function secondsToAnswer(): Promise<number> {
  const start = Date.now();
  const connection = await pooled("app_user");
  for (;;) {
    const answer = await rowsOf(connection, "select 1").catch((error: unknown) => error);
    const seconds = (Date.now() - start) / 1000;
    if (!(answer instanceof Error)) return seconds;
    if (seconds > 30) throw answer;
    await sleep(100);
  }
}

test("clients reach a restarted server within seconds", async () => {
  await stack.server().stop();
  await stack.server().start();
  await stack.server().until("healthy");

  expect(await secondsToAnswer()).toBeLessThan(10);
});

test("clients reach a killed server within seconds of its restart", async () => {
  await stack.server().kill();
  await stack.server().start();
  await stack.server().until("healthy");

  expect(await secondsToAnswer()).toBeLessThan(10);
});

test("clients reach the server's new container within seconds", async () => {
  const before = await stack.server().inspect();
  await stack.replaceServer();
  expect((await stack.server().inspect()).Id).not.toBe(before.Id);

  expect(await secondsToAnswer()).toBeLessThan(10);
});

test("the pooler's log contains no password and no verifier", async () => {
  const log = await stack.pooler.logs();
  for (const role of ["app_user", "app_readonly", "app_monitor", "app_backup"]) {
    expect(log).not.toContain((await pooled(role)).password);
  }
  expect(log).not.toMatch(/SCRAM-SHA-256\$|a new one/);
});
