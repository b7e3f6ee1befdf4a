import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { pingServer } from "@hosterizer/postgres/connection/probeServer";
import { plantTraps, policyTrap } from "../../attacks/traps/plantTraps";
import { readSprungTraps, summarize } from "../../attacks/traps/sprungTraps";
import { differenceLines } from "../../stack/differenceLines";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import { found, outages } from "./damages";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";
import { secretsIn, stateSecrets } from "./stateSecrets";

let project: DockerProject;
let data: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
});
afterAll(() => project.remove());

const unchanged = /Resources:\n +\d+ unchanged\n/;
const startedAlone = new RegExp(
  `Resources:\\n +~ 1 updated\\n +\\d+ unchanged\\n[^]*${unchanged.source}`,
);
const brought = "it is brought up first";

/** Roles whose sessions may run the owner's code: they have no more rights than the owner. */
const harmless = ["hosterizer_migrator", "app_user", "app_readonly", "app_backup"];

test("a first up builds the images and creates everything", async () => {
  const up = await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);

  expect(up).toMatch(/Resources:\n +\+ \d+ created\n/);
  expect(up).toContain("RUN groupadd");
  expect(up).toContain(`port            ${project.port}\n`);
  expect(Object.values(data).filter((sum) => /^[1-9]\d* rows/.test(sum))).toHaveLength(7);
});

test("up waits for a crashed server to restart, and changes nothing", async () => {
  const server = project.container("postgresql");
  const before = await server.inspect();
  // As after a restart of the engine: the container has exited without being stopped.
  await server.run(["sh", "-c", "kill -9 $(head -1 $PGDATA/postmaster.pid)"]);

  const up = await project.up();

  expect(up).not.toContain(brought);
  expect(up).toMatch(unchanged);
  expect((await server.inspect()).RestartCount).toBe(before.RestartCount + 1);
  expect(await readChecksums(project)).toEqual(data);
});

describe.each(outages)("$what", ({ happens, says, clients, asked, alone }) => {
  beforeAll(() => happens(project));

  test("accepts no client", async () => {
    await expect(project.query("select")).rejects.toMatchObject({ code: clients });
  });

  const commands = asked.map(([command, ...args]) => ({ command, args }));
  test.each(commands)("$command names it, and starts nothing", async ({ command, args }) => {
    const before = await pingServer("127.0.0.1", project.port);

    const { code, output, stdout } = await project.run(command, ...args);

    expect(output).toMatch(says);
    expect(output).toContain(`127.0.0.1:${project.port}`);
    expect(output).toContain("npm run up -- --stack dev");
    expect(output).not.toContain("Previewing");
    expect(code).toBe(1);
    if (args.includes("--json"))
      expect(JSON.parse(stdout)).toMatchObject({
        status: "broken",
        error: expect.stringMatching(says) as unknown,
      });
    expect(await pingServer("127.0.0.1", project.port)).toBe(before);
  });

  test("one up repairs it and keeps the data", async () => {
    const up = await project.up();

    expect(up).toMatch(says);
    expect(up).toContain(brought);
    if (alone === true) expect(up).toMatch(startedAlone);
    await expectWhole();
  });
});

test("drift names the pooler, the images and a setting, and one up repairs them", async () => {
  for (const { happens } of found) await happens(project);

  const { code, output } = await project.run("drift");

  const lines = differenceLines(output);
  const expected = found.flatMap(({ says }) => says);
  for (const says of expected)
    expect(
      lines.filter((line) => says.test(line)),
      lines.join("\n"),
    ).toHaveLength(1);
  // The earlier damage is repaired.
  expect(lines).toHaveLength(expected.length);
  expect(code).toBe(7);

  expect(await project.up()).not.toContain(brought);
  await expectWhole();
  expect(await project.query("show max_connections")).toEqual([{ max_connections: "150" }]);
});

describe("code planted by the owner", () => {
  beforeAll(async () => {
    // The sessions of the proof must meet the code, too.
    await project.edit("Pulumi.dev.yaml", "  hosterizer-database:proof: false\n", "");
    for (const sql of [
      ...plantTraps("hosterizer_owner", "hosterizer", 16),
      `set role hosterizer_owner; ${policyTrap}`,
    ]) {
      await project.query(sql, "hosterizer_migrator");
    }
  });

  test("drift runs it with no more than the owner's rights", async () => {
    expect(await project.run("drift")).toMatchObject({ code: 7 });

    const { all, escaped } = await sprung();
    expect(escaped).toEqual([]);
    expect(all).toContain("hosterizer_migrator: view over the ledger");
  });

  test("up and the pooler's lookup run it with no more than the owner's rights, and change no row", async () => {
    await project.up();
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);

    expect((await sprung()).escaped).toEqual([]);
    expect(await readChecksums(project)).toEqual(data);
  });
});

test("drift restores a missing authority file from the state", async () => {
  const before = await project.read(".hosterizer/dev/ca.pem");
  await rm(dirname(project.authority), { recursive: true });

  const { code, output } = await project.run("drift");

  expect(output).toContain(".hosterizer/dev/ca.pem");
  expect(code).toBe(0);
  expect(await project.read(".hosterizer/dev/ca.pem")).toBe(before);
});

test.each(["up", "preview", "drift", "destroy"] as const)(
  "%s without an engine names the address it tried before Pulumi starts",
  async (command) => {
    const socket = "unix:///tmp/hosterizer-no-engine.sock";
    const yes = command === "up" || command === "destroy" ? "--yes" : "";
    const run = `DOCKER_HOST=${socket} node packages/cli/run.mjs ${command} --stack dev ${yes}`;
    const { code, output } = await project.shell(run);

    expect(code).toBe(1);
    expect(output).toContain(`cannot reach the Docker engine at ${socket} (DOCKER_HOST)`);
    expect(output).toContain("Start Docker, or set DOCKER_HOST");
    expect(output).not.toMatch(/(Previewing|Updating|Destroying)/);
    expect(await engine.getVolume(`${project.prefix}-data`).inspect()).toBeDefined();
  },
);

test("no command prints a secret", async () => {
  const printed = project.transcript.join("\n");

  expect(printed).toMatch(/\+ \d+ created/);
  expect(secretsIn(printed, await stateSecrets(project))).toEqual([]);
});

/** Expects the data to be unchanged, and clients to connect directly and through the pooler. */
async function expectWhole(): Promise<void> {
  expect(await readChecksums(project)).toEqual(data);
  // The pooler must answer within ten seconds: see pooler.test.ts.
  const pooled = () => project.queryPooled("select 1 as one", "app_user");
  await expect.poll(pooled, { timeout: 10_000, interval: 500 }).toEqual([{ one: 1 }]);
}

/** The traps that were sprung so far, and those with more than the owner's rights. */
async function sprung() {
  const traps = readSprungTraps(await project.container("postgresql").logs());
  const isEscape = ({ login, superuser }: (typeof traps)[number]) =>
    superuser || !harmless.includes(login);
  return { all: summarize(traps), escaped: summarize(traps.filter(isEscape)) };
}
