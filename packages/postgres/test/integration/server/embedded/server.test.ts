import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startServer, stopServer } from "../../../../src/server/embedded/server";
import { readServerState } from "../../../../src/server/embedded/serverProcess";
import { startTestServer, type TestServer } from "../../testServer";

let own: TestServer;

beforeAll(async () => {
  own = await startTestServer();
});

afterAll(() => own.remove());

async function ask<T>(sql: string): Promise<T[]> {
  const client = new Client(own.url);
  await client.connect();
  try {
    return (await client.query<T & object>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("is PostgreSQL 15 with UTF8, the locale C, checksums, SCRAM and pg_stat_statements", async () => {
  const settings = await ask<{ name: string; setting: string }>(
    `select name, setting from pg_catalog.pg_settings
      where name in ('server_encoding', 'lc_collate', 'data_checksums', 'password_encryption',
                     'shared_preload_libraries', 'listen_addresses', 'unix_socket_directories')
         or name = 'server_version_num' and setting::int / 10000 = 15
      order by name`,
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    data_checksums: "on",
    lc_collate: "C",
    listen_addresses: "127.0.0.1",
    password_encryption: "scram-sha-256",
    server_encoding: "UTF8",
    server_version_num: expect.stringMatching(/^15/) as string,
    shared_preload_libraries: "pg_stat_statements",
    unix_socket_directories: "",
  });
});

test("trusts no connection: every line of pg_hba.conf asks for a SCRAM password", async () => {
  const methods = await ask("select distinct auth_method from pg_catalog.pg_hba_file_rules");
  expect(methods).toEqual([{ auth_method: "scram-sha-256" }]);
});

test("starts again after kill -9 with its rows", async () => {
  await ask("create table public.kept as select 42 as answer");
  const running = await readServerState(own.server.paths.data);
  if (running.state !== "running") throw new Error("the server does not run");
  process.kill(running.pid, "SIGKILL");
  while ((await readServerState(own.server.paths.data)).state === "running") await sleep(50);
  await startServer(own.server);
  expect(await ask("select answer from public.kept")).toEqual([{ answer: 42 }]);
});

test("is stopped, reported as stopped, and started again", async () => {
  await stopServer(own.server);
  expect(await readServerState(own.server.paths.data)).toEqual({ state: "stopped" });
  await stopServer(own.server);
  await startServer(own.server);
  expect(await readServerState(own.server.paths.data)).toMatchObject({
    state: "running",
    port: own.port,
  });
});

test("shows the end of the log when it cannot start", async () => {
  await stopServer(own.server);
  const settings = [...own.server.settings, { name: "max_connections", value: "none", reason: "" }];
  const start = startServer({ ...own.server, settings });
  await expect(start).rejects.toThrow(/does not start[^]*max_connections/);
  await startServer(own.server);
});

test("writes its log to the configured path", async () => {
  expect(await readFile(own.server.paths.log, "utf8")).toContain("ready to accept connections");
});
