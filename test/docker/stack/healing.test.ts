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

/** Whose sessions may run what the owner has defined: they have no more rights than it. */
const harmless = ["hosterizer_migrator", "app_user", "app_readonly", "app_backup"];

test("a first up builds the images and makes everything", async () => {
  const up = await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);

  expect(up).toMatch(/Resources:\n +\+ \d+ created\n/);
  expect(up).toContain("RUN groupadd");
  expect(up).toContain(`port            ${project.port}\n`);
  expect(Object.values(data).filter((sum) => /^[1-9]\d* rows/.test(sum))).toHaveLength(7);
});

test("a server whose process dies comes back by itself, and an up waits for it and changes nothing", async () => {
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

describe.each(outages)("$what", ({ happens, says, clients, asked, alone }) => {
  beforeAll(() => happens(project));

  test("lets no client in", async () => {
    await expect(project.query("select")).rejects.toMatchObject({ code: clients });
  });

  const commands = asked.map(([command, ...args]) => ({ command, args }));
  test.each(commands)("is named by $command, which starts nothing", async ({ command, args }) => {
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

  test("is healed by one up, and the data stays", async () => {
    const up = await project.up();

    expect(up).toMatch(says);
    expect(up).toContain(brought);
    if (alone === true) expect(up).toMatch(startedAlone);
    await expectWhole();
  });
});

test("pooler, images and a setting are named by drift, and healed by one up", async () => {
  for (const { happens } of found) await happens(project);

  const { code, output } = await project.run("drift");

  const lines = differenceLines(output);
  const expected = found.flatMap(({ says }) => says);
  for (const says of expected) expect(lines.filter((line) => says.test(line))).toHaveLength(1);
  // What happened before is healed.
  expect(lines).toHaveLength(expected.length);
  expect(code).toBe(7);

  expect(await project.up()).not.toContain(brought);
  await expectWhole();
  expect(await project.query("show max_connections")).toEqual([{ max_connections: "150" }]);
});

describe("code that the owner has planted", () => {
  beforeAll(async () => {
    // Its sessions are to meet it too.
    await project.edit("Pulumi.dev.yaml", "  hosterizer-database:proof: false\n", "");
    for (const sql of [
      ...plantTraps("hosterizer_owner", "hosterizer", 16),
      `set role hosterizer_owner; ${policyTrap}`,
    ]) {
      await project.query(sql, "hosterizer_migrator");
    }
  });

  test("runs with no more than the owner's rights where drift is looked for", async () => {
    expect(await project.run("drift")).toMatchObject({ code: 7 });

    const { all, escaped } = await sprung();
    expect(escaped).toEqual([]);
    expect(all).toContain("hosterizer_migrator: view over the ledger");
  });

  test("nor where it is repaired, through the pooler's lookup neither; and every row is as it was", async () => {
    await project.up();
    await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);

    expect((await sprung()).escaped).toEqual([]);
    expect(await readChecksums(project)).toEqual(data);
  });
});

test("a clone that lacks the authority's file gets it from the state, and nothing has drifted", async () => {
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
    const run = `DOCKER_HOST=${socket} node packages/cli/run.mjs ${command} --stack dev ${yes}`;
    const { code, output } = await project.shell(run);

    expect(code).toBe(1);
    expect(output).toContain(`cannot reach the Docker engine at ${socket} (DOCKER_HOST)`);
    expect(output).toContain("Start Docker, or set DOCKER_HOST");
    expect(output).not.toMatch(/(Previewing|Updating|Destroying)/);
    expect(await engine.getVolume(`${project.prefix}-data`).inspect()).toBeDefined();
  },
);

test("no command has printed a secret", async () => {
  const printed = project.transcript.join("\n");

  expect(printed).toMatch(/\+ \d+ created/);
  expect(secretsIn(printed, await stateSecrets(project))).toEqual([]);
});

/** The data is there, and clients come in, the pooler's too. */
async function expectWhole(): Promise<void> {
  expect(await readChecksums(project)).toEqual(data);
  // What is promised of the pooler is an answer within ten seconds: see pooler.test.ts.
  const pooled = () => project.queryPooled("select 1 as one", "app_user");
  await expect.poll(pooled, { timeout: 10_000, interval: 500 }).toEqual([{ one: 1 }]);
}

/** Whatever was sprung so far, and what of it with more than the owner's rights. */
async function sprung() {
  const traps = readSprungTraps(await project.container("postgresql").logs());
  const isEscape = ({ login, superuser }: (typeof traps)[number]) =>
    superuser || !harmless.includes(login);
  return { all: summarize(traps), escaped: summarize(traps.filter(isEscape)) };
}
