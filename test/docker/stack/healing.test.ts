import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { pingServer } from "../../../postgres/pingServer";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import { damages } from "./damages";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

let project: DockerProject;
let data: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
});
afterAll(() => project.remove());

const unchanged = /Resources:\n +\d+ unchanged\n/;
const brought = "it is brought up first";

test("a first up builds the images and makes everything", async () => {
  const up = await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);

  expect(up).toMatch(/Resources:\n +\+ \d+ created\n/);
  expect(up).toContain("RUN groupadd");
  expect(up).toContain(`port            ${project.port}\n`);
  expect(Object.values(data).filter((sum) => /^[1-9]\d* rows/.test(sum))).toHaveLength(7);
});

test("a second changes nothing, and nothing has drifted", async () => {
  const { State: before } = await project.container("postgresql").inspect();

  expect(await project.up()).toMatch(unchanged);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
  expect((await project.container("postgresql").inspect()).State.Pid).toBe(before.Pid);
});

test.each(damages)("$what is healed by one up, and the data stays", async (damage) => {
  await damage.happens(project);
  const { code, output } = await project.run("drift");
  expect(output).toMatch(damage.drift.says);
  expect(code).toBe(damage.drift.code);

  const up = await project.up();

  expect(up.includes(brought)).toBe(damage.first === true);
  expect(await readChecksums(project)).toEqual(data);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
  await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
});

test("the setting that needed a restart is in force", async () => {
  expect(await project.query("show max_connections")).toEqual([{ max_connections: "150" }]);
});

test("a server whose process dies comes back by itself, and an up waits for it", async () => {
  const server = project.container("postgresql");
  const before = await server.inspect();
  // As an engine that is restarted finds its containers: ended, and not by anybody's wish.
  await server.run(["sh", "-c", "kill -9 $(head -1 $PGDATA/postmaster.pid)"]);

  const up = await project.up();

  expect(up).not.toContain(brought);
  expect(up).toMatch(unchanged);
  expect((await server.inspect()).RestartCount).toBe(before.RestartCount + 1);
  expect(await readChecksums(project)).toEqual(data);
});

test("drift and preview start nothing", async () => {
  await project.container("postgresql").stop();

  const preview = await project.run("preview");
  const drift = await project.run("drift", "--json");
  expect(preview).toMatchObject({ code: 1 });
  expect(preview.output).toContain(`does not answer at 127.0.0.1:${project.port}`);
  expect(preview.output).toContain("npm run up -- --stack dev");
  expect(drift.code).toBe(1);
  expect(JSON.parse(drift.stdout.slice(drift.stdout.indexOf("{")))).toMatchObject({
    status: "broken",
    error: expect.stringContaining(`127.0.0.1:${project.port}`) as unknown,
  });
  expect(await pingServer("127.0.0.1", project.port)).toBe("silent");
  await project.up();
});

test("a clone that lacks the authority's file gets it from the state", async () => {
  const before = await project.read(".hosterizer/dev/ca.pem");
  await rm(dirname(project.authority), { recursive: true });

  const { code, output } = await project.run("drift");

  expect(output).toContain(".hosterizer/dev/ca.pem");
  expect(code).toBe(0);
  expect(await project.read(".hosterizer/dev/ca.pem")).toBe(before);
});

test.each(["up", "preview", "drift", "destroy"] as const)(
  "without an engine %s says where it was looked for, before Pulumi starts",
  async (command) => {
    const socket = "unix:///tmp/hosterizer-no-engine.sock";
    const yes = command === "up" || command === "destroy" ? "--yes" : "";
    const run = `DOCKER_HOST=${socket} npm run ${command} -- --stack dev ${yes}`;
    const { code, output } = await project.shell(run);

    expect(code).toBe(1);
    expect(output).toContain(`cannot reach the Docker engine at ${socket} (DOCKER_HOST)`);
    expect(output).toContain("Start Docker, or set DOCKER_HOST");
    expect(output).not.toMatch(/(Previewing|Updating|Destroying)/);
    expect(await engine.getVolume(`${project.prefix}-data`).inspect()).toBeDefined();
  },
);
