import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { archiveSettings, droppedFile } from "../../../src/backup/pgbackrest/archiveSettings";
import { withClient } from "../../../src/connection/connection";
import { startServer, stopServer } from "../../../src/server/embedded/server";
import { startTestServer, type TestServer } from "../testServer";

let own: TestServer;
let answers: string;
let dropped: string;

const inData = (...path: string[]) => join(own.server.paths.data, ...path);
const query = (...statements: string[]) =>
  withClient(
    { ...own, host: "127.0.0.1", user: "postgres", database: "postgres" },
    "test",
    async (client) => {
      for (const statement of statements) await client.query(statement);
    },
  );
const files = (ending: string) =>
  readdir(inData("pg_wal", "archive_status")).then((names) =>
    names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length)),
  );

/** The archive_command of a stack, with 32 MiB as the limit, and a repository that answers as a file says. */
function command(): string {
  const drop = { repositories: [{}], whenArchivingFails: { dropBeyond: 32 } } as const;
  const value = archiveSettings(drop).find(({ name }) => name === "archive_command")?.value ?? "";
  return value
    .replaceAll(/timeout 3 pgbackrest .*? archive-push %p/g, `grep -q yes ${answers}`)
    .replaceAll(droppedFile, dropped);
}

beforeAll(async () => {
  own = await startTestServer();
  answers = inData("answers");
  dropped = inData("dropped");
  await writeFile(answers, "no", { mode: 0o666 });
  await query(
    "alter system set archive_mode = on",
    `alter system set archive_command = '${command().replaceAll("'", "''")}'`,
    "alter system set restore_command = 'false'",
  );
  await stopServer(own.server);
  // A recovery to the end of the server's own WAL begins a timeline.
  await writeFile(inData("recovery.signal"), "");
  await startServer(own.server);
});
afterAll(() => own.remove());

test("a timeline's history that cannot be archived does not keep the server from dropping WAL", async () => {
  await expect.poll(() => files(".ready")).toContain("00000002.history");
  for (let count = 0; count < 6; count++)
    await query("select pg_logical_emit_message(true, 'test', ''), pg_switch_wal()");

  await expect.poll(() => files(".done"), { timeout: 50_000 }).toContain("00000002.history");
  await expect.poll(() => files(".ready"), { timeout: 50_000 }).toHaveLength(2);
  expect(await readFile(dropped, "utf8")).toMatch(/^0000000[12][0-9A-F]{16}(\.partial)?\n$/);
  expect(await readFile(own.server.paths.log, "utf8")).toContain(
    "00000002.history is archived later: more than 32 MiB wait",
  );
  // The container that takes backups archives it from there.
  expect(await readdir(inData("pg_wal"))).toContain("00000002.history");
});

test("a repository that answers gets everything that waits", async () => {
  const before = await readFile(dropped, "utf8");
  await writeFile(answers, "yes");
  // Wakes the archiver. Another segment would be one too many, and one would be dropped.
  await query("select pg_reload_conf()");
  await expect.poll(() => files(".ready"), { timeout: 50_000 }).toEqual([]);
  expect(await readFile(dropped, "utf8")).toBe(before);
});
