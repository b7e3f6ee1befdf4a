import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { connectionOfShell } from "../connectionOfShell";
import type { Project } from "../project";
import { makeProdProject, passwordVariable } from "./makeProdProject";

const stack = ["--", "--stack", "prod"];
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

/** The application's connection, as `db env` prints it. */
async function application(): Promise<Connection> {
  const shown = await connectionOfShell(project, 'eval "$(npm run -s db -- env --stack prod)"');
  return { ...shown, sslmode: "verify-full", sslrootcert: server.authorityFile };
}

const rotate = (...more: string[]) =>
  project.shell(
    `npm run -s db -- rotate-password app_user --stack prod ${["--grace", "0", ...more].join(" ")}`,
  );

test("rotate-password without a terminal or --yes changes nothing", async () => {
  const before = await project.read("Pulumi.prod.yaml");
  const { code, output } = await rotate();
  expect(output).toContain("There is no terminal to ask whether stack prod may be changed.");
  expect(code).toBe(1);
  expect(await project.read("Pulumi.prod.yaml")).toBe(before);
});

test("a deploy role without superuser rights rotates a password and ends the old login's sessions", async () => {
  const before = await application();
  const idle = new Client(clientAddress(before));
  const told = new Promise((resolve) => {
    idle.on("error", (error) => {
      resolve("code" in error ? error.code : undefined);
    });
  });
  await idle.connect();
  try {
    const { code, output } = await rotate("--yes");
    expect(output).toContain(
      "The old password of app_user is refused, and app_user has no session.",
    );
    expect(code).toBe(0);
    // admin_shutdown
    expect(await told).toBe("57P01");
  } finally {
    await idle.end().catch(() => undefined);
  }
  await expect(rowsOf(before, "select 1")).rejects.toMatchObject({ code: "28P01" });
  const after = await application();
  expect(after.user).toBe("app_user_a");
  await expect(rowsOf(after, "select 1 as one")).resolves.toEqual([{ one: 1 }]);
});

test("a rotation leaves no drift, and makes deploy a member of no login", async () => {
  expect(await project.npm("drift", ...stack)).toMatchObject({ code: 0 });
  const members = `select r.rolname as role from pg_auth_members as m
    join pg_roles as r on r.oid = m.roleid join pg_roles as d on d.oid = m.member
    where d.rolname = 'deploy' and r.rolname like 'app%'`;
  expect(await rowsOf(server.superuser, members)).toEqual([]);
});
