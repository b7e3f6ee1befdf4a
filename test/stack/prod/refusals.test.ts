import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import type { Project } from "../project";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

let server: ManagedServer;
let project: Project;

const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer({ settings: { max_connections: "20" } });
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server);
  undo.push(() => project.remove());
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

type Keys = Readonly<Record<string, string | number>>;

/** Expects `up` to fail without changing anything, and returns its output. Other refusals are in test/integration/components/externalRefusals.test.ts. */
async function refusal(keys: Keys): Promise<string> {
  await configure(project, server, keys);
  const { code, output } = await project.npm("up", "--", "--stack", "prod", "--yes");
  expect(code).not.toBe(0);
  expect(output).not.toContain(server.deploy.password);
  const made = "select 1 from pg_roles where rolname ~ '^(app|hosterizer)_'";
  const databases = "select 1 from pg_database where datname = 'hosterizer'";
  expect(await rowsOf(server.superuser, `${made} union all ${databases}`)).toEqual([]);
  return output;
}

const place = (key: string) => `hosterizer-database:${key} in Pulumi.prod.yaml`;

test("up refuses a certificate of another authority", async () => {
  const file = join(project.directory, "other.pem");
  await writeFile(file, (await makeAuthority("other", new Date())).certificate);
  expect(await refusal({ sslrootcert: file })).toContain(
    `The certificate of the server at 127.0.0.1:${server.port} is not signed by the one in ${file}: it may be another server.\n` +
      `Set ${place("sslrootcert")} to the file with the authority that has signed it.`,
  );
});

test("up refuses a password in plain text", async () => {
  expect(await refusal({ deployPassword: "in the clear" })).toContain(
    `${place("deployPassword")}: the password is in plain text.`,
  );
});

test("up names too few connections and a missing privilege at once", async () => {
  await rowsOf(server.superuser, "alter role deploy nocreaterole");
  const output = await refusal({});
  await rowsOf(server.superuser, "alter role deploy createrole");
  expect(output).toContain(
    "max_connections: leaves 17 connections for roles that are not superusers, and applications open up to 25 (hosterizer-database:applicationConnections).",
  );
  expect(output).toContain(
    'role deploy: has no CREATEROLE.\n    Have a superuser run: alter role "deploy" createrole.',
  );
});
