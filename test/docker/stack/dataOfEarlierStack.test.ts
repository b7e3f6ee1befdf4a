import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { killFirstUp } from "../../stack/killFirstUp";
import { makeDockerProject } from "./makeDockerProject";

let project: DockerProject;
let data: Record<string, string>;
let volume: string;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { proof: true });
  volume = `${project.prefix}-data`;
});
afterAll(() => project.remove());

/** Expects the database to be unchanged, and its roles to have the passwords of the current state. */
async function expectTakenOver(): Promise<void> {
  expect(await readChecksums(project)).toEqual(data);
  const { roles } = await project.secrets();
  for (const role of Object.keys(roles)) {
    await expect(project.query("select current_user as me", role)).resolves.toEqual([{ me: role }]);
  }
}

const isRunning = async () => (await project.container("postgresql").inspect()).State.Running;

/** Each up continues where the previous one was killed, and is killed later. */
test.each([
  { what: "images are built", printed: /RemoteImage server-image creating/ },
  { what: "the server's container is created", printed: /Container server creating/, later: 1_000 },
  { what: "roles are created", printed: /Role role-\S+ creating/ },
])("a first up is killed while $what", async (moment) => {
  const up = ["up", "--", "--stack", "dev", "--yes", "--skip-preview"];
  await killFirstUp(project, moment, "the whole command", up);
});

test("the next up completes a first up that was killed three times", async () => {
  await project.up();

  expect(await project.query("select count(*)::int from public.sites")).toEqual([{ count: 0 }]);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
  await project.query(tenantRows);
  data = await readChecksums(project);
});

test("destroy without a terminal or --yes lists what would go and what would stay, and removes nothing", async () => {
  const { code, output } = await project.npm("destroy", "--", "--stack", "dev");

  expect(code).toBe(1);
  expect(output).toContain(`${project.prefix}-postgresql, ${project.prefix}-pgbouncer`);
  expect(output).toMatch(new RegExp(`the network ${project.prefix}\\n`));
  expect(output).toMatch(new RegExp(`The data is in the volume ${volume} \\(\\d+ MB\\)`));
  expect(output).toContain("Nothing was removed.");
  expect(output).toContain(`npm run destroy -- --stack dev --yes`);
  expect(output).toContain(`--volume ${volume}`);
  expect(await isRunning()).toBe(true);
});

test("destroy refuses another volume's name, and removes nothing", async () => {
  const { code, output } = await project.run("destroy", "--volume", "hosterizer-dev-data");

  expect(code).toBe(1);
  expect(output).toContain('"hosterizer-dev-data" is not a volume of stack dev');
  expect(await isRunning()).toBe(true);
});

test("destroy with a stopped server and no pooler leaves only the volume", async () => {
  await project.container("postgresql").stop();
  await engine.getContainer(`${project.prefix}-pgbouncer`).remove({ force: true });

  const { code, output } = await project.run("destroy");

  expect(output).toContain(`The volume ${volume} is kept`);
  expect(code).toBe(0);
  expect(await foundByPrefix(project.prefix)).toEqual([`volume ${volume}`]);
  expect(existsSync(project.authority)).toBe(false);
});

test("a second destroy names the volume and removes nothing", async () => {
  const { code, output } = await project.run("destroy");

  expect(output).toContain("has nothing but its data");
  expect(code).toBe(0);
  expect(await foundByPrefix(project.prefix)).toEqual([`volume ${volume}`]);
});

test("the next up takes over the kept data", async () => {
  const up = await project.up();

  expect(up).toContain(`The volume ${volume} exists already`);
  expect(up).not.toContain("already exists");
  // The server comes up alone at first, without passwords, a schema or anything to prove.
  expect(up).not.toContain("Undefined value");
  expect(up).not.toContain("undefined@");
  expect(up).not.toContain("was not proven");
  await expectTakenOver();
});

test("up without its state leaves the running containers alone, and says how to continue", async () => {
  const server = project.container("postgresql");
  const { Id } = await server.inspect();
  const state = join(project.directory, ".hosterizer", "state");
  await rename(state, `${state}.lost`);

  const { code, output } = await project.run("up", "--skip-preview");

  expect(code).toBe(1);
  expect(output).toContain(`container ${project.prefix}-postgresql`);
  expect(output).toContain("They belong to another state.");
  expect(output).toContain("npm run destroy -- --stack dev");
  expect(await server.inspect()).toMatchObject({ Id, State: { Running: true } });
});

test("destroy without the state removes the containers, and the next up takes over the data", async () => {
  expect(await project.run("destroy")).toMatchObject({ code: 0 });
  expect(await foundByPrefix(project.prefix)).toEqual([`volume ${volume}`]);

  await project.up();

  await expectTakenOver();
  expect(await project.run("drift")).toMatchObject({ code: 0 });
});

test("destroy with the volume's name removes everything", async () => {
  const { code, output } = await project.run("destroy", "--volume", volume);
  const again = await project.run("destroy");

  expect(output).toContain(`The volume ${volume} is removed, with its data.`);
  expect(code).toBe(0);
  expect(await foundByPrefix(project.prefix)).toEqual([]);
  expect(again.output).toContain("has nothing that could be removed");
});
