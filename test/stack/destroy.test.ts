import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { answers } from "@hosterizer/postgres/server/embedded/serverProcess";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { freePort } from "../../packages/postgres/test/integration/freePort";
import { processesIn } from "./endProcesses";
import { makeConvergedProject } from "./makeProject";
import { Project } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(twoCustomers);
});
afterAll(() => project.remove());

const countSites = () => project.query("select count(*)::int from public.sites");

test("destroy without a terminal or --yes lists what would be lost, and removes nothing", async () => {
  const { code, output } = await project.npm("destroy");

  expect(code).toBe(1);
  expect(output).toContain(`- the database hosterizer on 127.0.0.1:${project.port}`);
  expect(output).toContain(`- its server, with all data in ${project.server.data}`);
  expect(output).toContain("Nothing was removed.");
  expect(output).toContain("npm run destroy -- --stack local --yes");
  expect(await countSites()).toEqual([{ count: 2 }]);
});

test("changing the port moves the server and keeps the data", async () => {
  const { port } = project;
  await project.moveTo(await freePort());

  await project.succeed("up");

  expect(await countSites()).toEqual([{ count: 2 }]);
  expect(await answers(port)).toBe(false);
});

test("up leaves data of another state alone, and says how to continue", async () => {
  const state = join(project.directory, ".hosterizer", "state");
  await rename(state, `${state}.lost`);

  const preview = await project.npm("preview");
  expect(preview.output).toContain("was made with another state of this stack");
  expect(preview.code).not.toBe(0);

  const { code, output } = await project.npm("up");
  await rm(state, { recursive: true });
  await rename(`${state}.lost`, state);

  expect(code).toBe(1);
  expect(output).toContain("was made with another state of this stack");
  expect(output).toContain("npm run destroy");
});

test("drift finds nothing after these commands", async () => {
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});

// From here on, commands run in a shell that db -- env has pointed at the database.
const pointed = ". ./.hosterizer/pointed.sh && env | grep -q ^PGDATABASE=hosterizer";
const inPointedShell = (command: string) =>
  project.shell(`${pointed} && node packages/cli/run.mjs ${command}`);

test("destroy with --yes stops the server and leaves neither data nor resources", async () => {
  await project.shell("node packages/cli/run.mjs db env > .hosterizer/pointed.sh");
  const { code, output } = await inPointedShell("destroy --yes");
  const [, announced] = /will be removed, (\d+) resources:/.exec(output) ?? [];
  const { stdout } = await project.shell(
    "node packages/cli/run.mjs pulumi stack export --stack local",
  );

  expect(code).toBe(0);
  expect(output).toContain(`Resources:\n    - ${announced ?? "?"} deleted\n`);
  expect(existsSync(project.server.directory)).toBe(false);
  expect(processesIn([project.directory])).toEqual([]);
  expect(await answers(project.port)).toBe(false);
  expect(JSON.parse(stdout)).toMatchObject({ deployment: {} });
  expect(stdout).not.toContain('"urn"');
});

test("up after destroy creates a new, empty database without drift", async () => {
  const up = await inPointedShell("up");
  const drift = await inPointedShell("drift");

  expect(up.output).not.toContain("does not exist");
  expect(up.code).toBe(0);
  expect(drift.output).not.toContain("does not exist");
  expect(drift.code).toBe(0);
  // A new object, which reads the new passwords.
  const { directory, port } = project;
  project = new Project(directory, port);
  expect(await countSites()).toEqual([{ count: 0 }]);
});

test("destroy removes a server that is missing from the state, as after a killed update", async () => {
  await rm(join(project.directory, ".hosterizer", "state"), { recursive: true });

  const refused = await project.npm("destroy");
  expect(refused.output).toContain(`- its server, with all data in ${project.server.data}`);
  expect(await answers(project.port)).toBe(true);

  await project.succeed("destroy", "--", "--yes");
  expect(existsSync(project.server.directory)).toBe(false);
  expect(await answers(project.port)).toBe(false);
  const again = await project.succeed("destroy", "--", "--yes");
  expect(again).toContain("has nothing that could be removed");
});
