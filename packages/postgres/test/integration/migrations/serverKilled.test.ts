import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startServer } from "../../../src/server/embedded/server";
import { migrate } from "../../../src/migrations/migrate";
import { MigrationError } from "../../../src/migrations/migrationError";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import { rowsOf } from "../testDatabase";
import { startTestServer, type TestServer } from "../testServer";

describe("a server that is killed while a migration runs", () => {
  let server: TestServer;
  let directory: string;
  beforeAll(async () => {
    server = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), "migrations-"));
  });
  afterAll(async () => {
    await server.remove();
    await rm(directory, { recursive: true });
  });

  test("keeps what was committed, and nothing is applied twice", async () => {
    const write = async (name: string, up: string) => {
      await writeFile(join(directory, `${name}.up.sql`), up);
      await writeFile(join(directory, `${name}.down.sql`), "select 1;");
    };
    const connection = {
      host: "127.0.0.1",
      port: server.port,
      database: "postgres",
      user: "postgres",
      password: server.password,
    };
    const rows = (sql: string) => rowsOf(connection, sql);
    const settings = { connection, owner: "postgres", directory, recordSchema: recordStatements };
    await write("000001_a", "create table a (id int); insert into a values (1);");
    await write("000002_b", "insert into a values (2); select pg_sleep(30);");
    await write("000003_c", "insert into a values (3);");

    const killed = migrate(settings).catch((error: unknown) => error);
    const asleep = () => rows("select from pg_stat_activity where wait_event = 'PgSleep'");
    await expect.poll(asleep, { timeout: 10_000, interval: 20 }).toHaveLength(1);
    const pidFile = await readFile(join(server.server.paths.data, "postmaster.pid"), "utf8");
    process.kill(Number.parseInt(pidFile, 10), "SIGKILL");
    expect(await killed).toBeInstanceOf(MigrationError);
    await startServer(server.server);
    expect(await rows("select id from a")).toEqual([{ id: 1 }]);

    await write("000002_b", "insert into a values (2);");
    expect(await migrate(settings)).toEqual(["000002_b", "000003_c"]);
    expect(await rows("select id from a order by id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });
});
