import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import { removeServer, startServer, stopServer } from "../../../src/server/embedded/server";
import { readDatabaseStatus } from "../../../src/monitoring/databaseStatus";
import { rowsOf } from "../testDatabase";
import { freePort } from "../freePort";
import { startTestServer, type TestServer } from "../testServer";

let primary: TestServer;
let standby: TestServer;

beforeAll(async () => {
  primary = await startTestServer();
  standby = await copyAsStandby(primary);
});

afterAll(async () => {
  await standby.remove();
  await primary.remove();
});

describe("the status of a server and its replica", () => {
  test("names the replica and how far it is behind", async () => {
    const replicas = async () => (await readDatabaseStatus(as(primary), 1)).replicas;
    await expect.poll(replicas, { timeout: 20_000 }).toMatchObject([
      {
        name: "standby_a",
        address: "127.0.0.1",
        state: "streaming",
        syncState: "async",
        lagBytes: 0,
      },
    ]);
  });

  test("counts the bytes that a replica has not replayed", async () => {
    await rowsOf(as(primary), "create table replayed ()");
    const lag = async () => (await readDatabaseStatus(as(primary), 1)).replicas[0]?.lagBytes;
    await expect.poll(lag, { timeout: 20_000 }).toBe(0);
    await rowsOf(as(standby), "select pg_wal_replay_pause()");
    await rowsOf(as(primary), "create table lag as select n from generate_series(1, 10000) as n");
    await expect.poll(lag, { timeout: 20_000 }).toBeGreaterThan(100_000);
  });

  test("says on the replica itself that it is one, and how long it has replayed nothing", async () => {
    const server = async () => (await readDatabaseStatus(as(standby), 1)).server;
    expect(await server()).toMatchObject({ isReplica: true });
    await expect.poll(async () => (await server()).replayDelaySeconds).toBeGreaterThan(0);
    await rowsOf(as(standby), "select pg_wal_replay_resume()");
    const delay = async () => (await server()).replayDelaySeconds;
    await expect.poll(delay, { timeout: 20_000 }).toBe(0);
  });

  test("forgets the replica's delay once the replica is promoted", async () => {
    await rowsOf(as(standby), "select pg_promote()");
    expect((await readDatabaseStatus(as(standby), 1)).server).toMatchObject({
      isReplica: false,
      replayDelaySeconds: null,
    });
  });
});

function as({ port, password }: TestServer): Connection {
  return { host: "127.0.0.1", port, database: "postgres", user: "postgres", password };
}

/** A copy of the stopped server's files is a base backup. */
async function copyAsStandby(source: TestServer): Promise<TestServer> {
  await stopServer(source.server);
  const port = await freePort();
  const directory = `${source.server.paths.directory}-standby`;
  await promisify(execFile)("cp", ["-a", source.server.paths.directory, directory]);
  const paths = {
    directory,
    data: join(directory, "data"),
    log: join(directory, "postgresql.log"),
  };
  await writeFile(join(paths.data, "standby.signal"), "");
  const follow = `host=127.0.0.1 port=${source.port} user=postgres password=${source.password} application_name=standby_a`;
  const settings = source.server.settings.map((setting) =>
    setting.name === "port" ? { ...setting, value: String(port) } : setting,
  );
  const server = {
    ...source.server,
    paths,
    settings: [...settings, { name: "primary_conninfo", value: follow, reason: "whom to follow" }],
  };
  await startServer(source.server);
  await startServer(server);
  return { ...source, server, port, remove: () => removeServer(server) };
}
