import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readPoolSettings } from "../../packages/client/src/poolSettings";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { type BusyClients, startBusyClients } from "../rotation/busyClients";
import { handOver, publish } from "../rotation/handOver";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";

const configuration = "Pulumi.local.yaml";
const rotate = ["-s", "db", "--", "rotate-password", "app_user"];
let project: Project;
let folder: string;
let file: string;
let clients: BusyClients;
let written: string;
/** The application's current login. */
let present: Connection;

beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(twoCustomers);
  written = await project.read(configuration);
  folder = await mkdtemp(join(tmpdir(), "hosterizer-rotation-"));
  file = join(folder, "credentials.json");
  await publish(file, env);
  const variables = JSON.parse(await env()) as Record<string, string>;
  clients = startBusyClients(readPoolSettings({ ...variables, DB_CREDENTIALS_FILE: file }));
});
afterAll(async () => {
  await clients.stop();
  await rm(folder, { recursive: true });
  await project.remove();
});

const env = async () => (await project.shell("node packages/cli/run.mjs db env --json")).stdout;
const connection = async () => {
  const variables = JSON.parse(await env()) as Record<string, string>;
  const { DB_HOST: host = "", DB_PORT: port, DB_NAME: database = "" } = variables;
  const { DB_USER: user = "", DB_PASSWORD: password = "" } = variables;
  return { host, port: Number(port), database, user, password };
};
const sessionsAs = (login: string) =>
  project.query(`select pid from pg_stat_activity where usename = '${login}'`);

test("rotate-password leaves the old login usable when applications do not take the new one", async () => {
  const { code, output } = await project.npm(...rotate, "--grace", "0.1");

  expect(output).toContain("app_user logs in as app_user_a from now on; app_user works, too.");
  expect(output).toMatch(/app_user has \d+ sessions that began in the last 2\.0 s/);
  expect(code).toBe(1);
  expect(await project.read(configuration)).toBe(
    `${written}  hosterizer-database:logins:\n    app_user: [0, 1]\n`,
  );
  expect(clients.failures).toEqual([]);
});

test("rotate-password resumes, and no client with the documented settings fails", async () => {
  const before = await project.connection("app_user");
  const rotating = project.start(...rotate, "--grace", "0.5");
  const { code, output } = await handOver(rotating, file, env);

  expect(output).toContain("Resuming the rotation of app_user that was started before.");
  expect(output).toContain("The old password of app_user is refused, and app_user has no session.");
  expect(code).toBe(0);
  expect(clients.failures).toEqual([]);
  expect([...clients.logins.keys()].sort()).toEqual(["app_user", "app_user_a"]);
  await expect(rowsOf(before, "select 1")).rejects.toMatchObject({ code: "28P01" });
  expect(await sessionsAs("app_user")).toEqual([]);
  expect(await project.read(configuration)).toContain("app_user: [1]\n");
});

test("a rotation leaves no drift", async () => {
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
  const roles = await project.query(
    `select rolname, rolcanlogin, rolpassword is null as bare from pg_authid
      where rolname like 'app\\_user%' order by 1`,
  );
  expect(roles).toEqual([
    { rolname: "app_user", rolcanlogin: false, bare: true },
    { rolname: "app_user_a", rolcanlogin: true, bare: false },
  ]);
});

test("the next rotation switches between the two logins of the group", async () => {
  const before = await connection();
  const { code } = await handOver(project.start(...rotate, "--grace", "0.5"), file, env);
  await clients.stop();

  expect(code).toBe(0);
  expect(clients.failures).toEqual([]);
  expect(before.user).toBe("app_user_a");
  present = await connection();
  expect(present.user).toBe("app_user_b");
  await expect(rowsOf(before, "select 1")).rejects.toMatchObject({ code: "28P01" });
});

test("policies bind both logins like the role", async () => {
  const { code, output } = await project.npm("db", "verify");
  expect(output).toContain("app_user");
  expect(code).toBe(0);
});

test("rotate-password without a grace period ends the old password and its sessions at once", async () => {
  const before = present;
  const told: string[] = [];
  const idle = rowsOf(before, "select pg_sleep(600)").catch((error: unknown) => {
    told.push((error as { code: string }).code);
  });
  const { code } = await project.npm(...rotate, "--grace", "0");
  await idle;

  expect(code).toBe(0);
  // admin_shutdown
  expect(told).toEqual(["57P01"]);
  present = await connection();
  expect(present.user).toBe("app_user_a");
  expect(present.password).not.toBe(before.password);
  await expect(rowsOf(before, "select 1")).rejects.toMatchObject({ code: "28P01" });
});

test("no command prints a password", async () => {
  const { superuser, roles } = await project.secrets();
  for (const secret of [superuser, ...Object.values(roles)]) {
    expect(project.transcript.join("\n")).not.toContain(secret);
  }
});

test("up refuses an outdated configuration, and the current login keeps working", async () => {
  const declared = await project.read(configuration);
  await project.write(configuration, written);
  const { code, output } = await project.npm("up");
  await project.write(configuration, declared);

  expect(output).toContain(
    "hosterizer-database:logins names login 0 of this role, but the stack is already at 3.",
  );
  expect(code).not.toBe(0);
  await expect(rowsOf(present, "select 1 as one")).resolves.toEqual([{ one: 1 }]);
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
});
