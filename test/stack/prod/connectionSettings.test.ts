import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import type { Project } from "../project";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

const stack = ["--", "--stack", "prod"];
const state = ".hosterizer/state/.pulumi/stacks/hosterizer-database/prod.json";
const undo: (() => Promise<void>)[] = [];
let server: ManagedServer;
let project: Project;

beforeAll(async () => {
  server = await startManagedServer();
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server);
  undo.push(() => project.remove());
  await project.succeed("up", ...stack, "--yes", "--skip-preview");
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

/** Changes everything at once: each change alone fails a refresh that uses the state's settings. */
async function everythingChanges(): Promise<void> {
  const old = server.authorityFile;
  await rowsOf(
    server.superuser,
    `create role deployer login createdb createrole password '${server.deploy.password}';
     grant hosterizer_owner to deployer;
     alter role deploy nologin`,
  );
  await rowsOf(server.superuser, "create database meeting_point");
  await server.move();
  await server.renewAuthority();
  await rm(old);
  await configure(project, server, {
    deployRole: "deployer",
    connectDatabase: "meeting_point",
    sslmode: "verify-ca",
    host: "127.0.0.9,127.0.0.1",
  });
}

const plainPulumi = (line: string) =>
  project.shell(`eval "$(npm run -s shell -- --stack prod --print)" && ${line}`);

test("changed connection settings take effect before anything is refreshed", async () => {
  await everythingChanges();
  const before = await project.read(state);

  const drift = await project.npm("drift", ...stack);
  expect(drift.output).toContain("connection settings of stack prod have changed");
  expect(drift.output).toContain("role-deploy (GrantRole): up would replace it");
  expect(drift.output).not.toContain("expected owner");
  expect(drift.output).not.toMatch(/SQLSTATE|cannot reach|refuses/);
  expect(drift.code).toBe(7);
  expect(await project.read(state)).toBe(before);

  const up = await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(up).toMatch(/role-deploy (replaced|created)/);
  const second = await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(second).not.toContain("connection settings of stack prod have changed");
  expect(second).toMatch(/Resources:\n\s+\d+ unchanged/);
});

test("preview prints the grant that a new deploy role lacks, and up runs it", async () => {
  await rowsOf(
    server.superuser,
    `create role successor login createdb createrole password '${server.deploy.password}'`,
  );
  await configure(project, server, { deployRole: "successor" });
  const preview = await project.npm("preview", ...stack);
  expect(preview.output).toContain(
    'Run as successor, or as a superuser: grant "hosterizer_owner" to "successor".',
  );
  expect(preview.code).not.toBe(0);
  const up = await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(up).toContain("successor is now a member of the owner of the database hosterizer");
});

test("pulumi outside our commands fails on the old port with a hint at --run-program, which works", async () => {
  const old = server.port;
  await server.move();
  await configure(project, server, { deployRole: "successor" });
  const environment = join(project.directory, "environment.ts");
  await writeFile(
    environment,
    `import { setUp } from "@hosterizer/cli/setUp/setUp";
     import { stackEnvironment } from "@hosterizer/cli/stack/stackEnvironment";
     void setUp().then(() => {
       for (const [name, value] of Object.entries(stackEnvironment("prod")))
         if (/^(PULUMI_|PATH$)/.test(name)) console.log("export " + name + "='" + value + "'");
     });`,
  );
  const bare = (options: string) =>
    project.shell(
      `eval "$(node_modules/.bin/tsx environment.ts)" && export PGHOST=127.0.0.1 PGPASSWORD="$${passwordVariable}" &&
       pulumi preview --stack prod --non-interactive ${options}`,
    );
  const failed = await bare("");
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain(`127.0.0.1:${old}`);
  expect(failed.output).toContain("--run-program");
  const { code, output } = await bare("--run-program");
  expect(output).toContain("pulumi:providers:postgresql");
  expect(code).toBe(0);
});

test("pulumi refresh and up in our shell use the new port", async () => {
  const refreshed = await plainPulumi("pulumi refresh --yes --non-interactive --skip-preview");
  expect(refreshed.output).not.toContain("error:");
  expect(refreshed.code).toBe(0);
  const up = await plainPulumi("pulumi up --yes --non-interactive --skip-preview");
  expect(up.code).toBe(0);
  expect((await project.npm("drift", ...stack)).code).toBe(0);
});
