import { afterAll, beforeAll, expect, test } from "vitest";

import { beat } from "../../../src/backup/scheduler/heartbeat";
import { withClient } from "../../../src/connection/connection";
import { startServer, stopServer } from "../../../src/server/embedded/server";
import { startTestServer, type TestServer } from "../testServer";

let own: TestServer;
const connection = () => ({ ...own, host: "127.0.0.1", user: "postgres", database: "postgres" });
const query = <T extends object>(statement: string) =>
  withClient(connection(), "test", async (client) => (await client.query<T>(statement)).rows);

beforeAll(async () => {
  own = await startTestServer();
  const settings = {
    ...{ archive_mode: "on", archive_command: "/bin/true" },
    ...{ archive_timeout: "1s", checkpoint_timeout: "1h" },
  };
  for (const [name, value] of Object.entries(settings))
    await query(`alter system set ${name} = '${value}'`);
  await stopServer(own.server);
  await startServer(own.server);
});
afterAll(() => own.remove());

const archived = async () => {
  const [row] = await query<{ count: string }>(
    "select archived_count as count from pg_catalog.pg_stat_archiver",
  );
  return Number(row?.count);
};
/** Whether a configuration that has been read since is another one than at the start. */
const readings = async () =>
  (await query<{ at: string }>("select pg_catalog.pg_conf_load_time()::text as at"))[0]?.at;

test("a server that has started archives what is committed within archive_timeout", async () => {
  const before = await archived();
  await beat(connection());

  await expect.poll(archived, { timeout: 30_000 }).toBeGreaterThan(before);
});

test("a server is woken once after each start", async () => {
  const started = await beat(connection());
  const first = await readings();
  expect(await beat(connection(), started)).toBe(started);
  expect(await readings()).toBe(first);

  await stopServer(own.server);
  await startServer(own.server);
  expect(await beat(connection(), started)).not.toBe(started);
});
