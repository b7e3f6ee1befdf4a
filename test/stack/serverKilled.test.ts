import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import {
  isAlive,
  readPidFile,
  readServerState,
} from "@hosterizer/postgres/server/embedded/serverProcess";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { shippedVersion } from "../shippedMigrations";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;
const fingerprint =
  "select count(*)::int, sum(hashtext(s::text)) as hash, (select count(*)::int from hosterizer.schema_migrations) as migrations from public.sites as s";
let rows: object[];

beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(twoCustomers);
  rows = await project.query(fingerprint);
});
afterAll(() => project.remove());
beforeEach(killServer);

/** Kills the server, as a power failure would. */
async function killServer(): Promise<void> {
  const { pid } = await readPidFile(project.server.data);
  if (pid === undefined) throw new Error("the server is not running");
  process.kill(pid, "SIGKILL");
  while ((await readServerState(project.server.data)).state === "running") await sleep(20);
}

test("up restarts a killed server with the same rows, and changes nothing", async () => {
  const up = await project.succeed("up");

  expect(rows).toMatchObject([{ count: 2, migrations: shippedVersion }]);
  expect(up).toContain(`was not running; it has been started on port ${project.port}`);
  expect(up).toMatch(/Resources:\n +\d+ unchanged\n/);
  expect(await project.query(fingerprint)).toEqual(rows);
});

test("up keeps the data when another program has the server's process id after a reboot", async () => {
  const file = join(project.server.data, "postmaster.pid");
  const lines = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, [String(process.pid), ...lines.slice(1)].join("\n"));

  const up = await project.succeed("up");

  expect(isAlive(process.pid)).toBe(true);
  expect(up).toMatch(/Resources:\n +\d+ unchanged\n/);
  expect(await project.query(fingerprint)).toEqual(rows);
});

test("destroy removes a killed server", async () => {
  expect(await project.npm("destroy", "--", "--yes")).toMatchObject({ code: 0 });
});
