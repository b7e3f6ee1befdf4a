import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import type { Connection } from "../../../../src/connection/connection";
import { renderDifference } from "../../../../src/convergence/difference";
import {
  readServerDrift,
  resetAlterSystem,
  startServer,
  stopServer,
} from "../../../../src/server/embedded/server";
import { startTestServer, type TestServer } from "../../testServer";

let own: TestServer;

beforeAll(async () => {
  own = await startTestServer();
});
afterEach(async () => {
  await resetAlterSystem(superuser(own.port));
  // The server reads its files some time after it was told to, and the next test edits them.
  const loaded = await ask("select pg_catalog.pg_conf_load_time()");
  await ask("select pg_catalog.pg_reload_conf()");
  await vi.waitFor(async () => {
    expect(await ask("select pg_catalog.pg_conf_load_time()")).not.toEqual(loaded);
    expect(await drift()).toEqual([]);
  });
});
afterAll(() => own.remove());

function superuser(port: number): Connection {
  return {
    host: "127.0.0.1",
    port,
    database: "postgres",
    user: "postgres",
    password: own.password,
  };
}

async function ask(sql: string): Promise<object[]> {
  const client = new Client(own.url);
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function drift(): Promise<string[]> {
  return (await readServerDrift(own.server, superuser)).map(renderDifference);
}

test("a server that was just started has none", async () => {
  expect(await drift()).toEqual([]);
});

test("ALTER SYSTEM is named before and after it takes effect", async () => {
  await ask("alter system set password_encryption = 'md5'");
  const before = await drift();
  await ask("select pg_catalog.pg_reload_conf()");

  expect(before).toEqual([
    "setting password_encryption: found 'md5' by ALTER SYSTEM, from the next start on, expected 'scram-sha-256'",
  ]);
  await vi.waitFor(async () => {
    expect(await drift()).toEqual([
      "setting password_encryption: found 'md5', expected 'scram-sha-256'",
    ]);
  });
});

test("an undeclared setting is named too, and reset", async () => {
  await ask("alter system set work_mem = '64MB'");
  const found = await drift();
  await resetAlterSystem(superuser(own.port));

  expect(found).toEqual(["setting work_mem is not declared, found '64MB' by ALTER SYSTEM"]);
  expect(await drift()).toEqual([]);
});

test("a settings file that was edited by hand is named", async () => {
  await ask(
    `do $$ begin
       execute format('copy (select ''port = ${own.port}'') to %L',
                      current_setting('data_directory') || '/hosterizer.conf');
     end $$`,
  );
  const edited = await drift();
  await stopServer(own.server);
  const stopped = await drift();
  await startServer(own.server);

  expect(edited).toEqual(["file hosterizer.conf: found others, expected the declared settings"]);
  expect(stopped).toEqual([`server in ${own.server.paths.data}: found stopped, expected running`]);
  expect(await drift()).toEqual([]);
});
