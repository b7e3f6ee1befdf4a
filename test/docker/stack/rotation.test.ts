import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { readPoolSettings } from "../../../packages/client/src/poolSettings";
import { twoCustomers } from "../../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type BusyClients, startBusyClients } from "../../rotation/busyClients";
import { handOver, publish } from "../../rotation/handOver";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

let project: DockerProject;
let folder: string;
let file: string;
let clients: BusyClients;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
  await project.up();
  await project.query(twoCustomers);
  folder = await mkdtemp(join(tmpdir(), "hosterizer-rotation-"));
  file = join(folder, "credentials.json");
  await publish(file, pooledEnv);
  const variables = JSON.parse(await pooledEnv()) as Record<string, string>;
  clients = startBusyClients(readPoolSettings({ ...variables, DB_CREDENTIALS_FILE: file }));
});
afterAll(async () => {
  await clients.stop();
  await rm(folder, { recursive: true });
  await project.remove();
});

const pooledEnv = async () =>
  (await project.npm("-s", "db", "--", "env", "--stack", "dev", "--pooled", "--json")).stdout;

test("a rotation causes no error in pooled clients with the documented settings", async () => {
  const before = await project.connection("app_user");
  const rotating = project.start(
    ...["-s", "db", "--", "rotate-password", "app_user", "--stack", "dev", "--yes"],
    ...["--grace", "0.5"],
  );
  const { code, output } = await handOver(rotating, file, pooledEnv);

  expect(output).toContain("The old password of app_user is refused, and app_user has no session.");
  expect(code).toBe(0);
  expect(clients.failures).toEqual([]);
  expect([...clients.logins.keys()].sort()).toEqual(["app_user", "app_user_a"]);

  for (const port of [project.port, project.poolerPort]) {
    await expect(rowsOf({ ...before, port }, "select 1")).rejects.toMatchObject({
      code: expect.stringMatching(/^(28P01|08P01)$/) as string,
    });
  }
  const done = clients.committed();
  await expect.poll(() => clients.committed()).toBeGreaterThan(done);
});

test("a rotation keeps the pooler's container, and leaves no drift", async () => {
  expect(await project.up()).toMatch(/Resources:\n +\d+ unchanged\n/);
});
