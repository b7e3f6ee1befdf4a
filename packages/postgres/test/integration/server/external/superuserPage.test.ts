import { readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import { extensions } from "../../../../../../database/extensions";
import { owner } from "../../../../../../database/roles";
import { startServer, stopServer } from "../../../../src/server/embedded/server";
import {
  checkRequirements,
  extensionStatements,
} from "../../../../src/server/external/checkRequirements";
import { readExternalServer } from "../../../../src/server/external/externalServer";
import {
  type ManagedServer,
  startManagedServer,
} from "../../../../../../test/managed/managedServer";
import { rowsOf } from "../../testDatabase";

const page = readFileSync("docs/superuser.md", "utf8");
const blocks = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql = ""]) => sql);
const wishes = { deployRole: "deploy", database: "hosterizer", owner, applicationConnections: 25 };

let server: ManagedServer;

beforeAll(async () => {
  // Settings of a file would have the last word over ALTER SYSTEM's.
  server = await startManagedServer();
  await rowsOf(server.superuser, "drop role deploy");
});

afterAll(() => server.remove());

const look = async () => {
  const password = "a password";
  await rowsOf(server.superuser, `alter role deploy password '${password}'`);
  const names = extensions.map(({ name }) => name);
  const connection = { ...server.deploy, password };
  const found = await readExternalServer(connection, {
    database: "hosterizer",
    extensions: names,
    roles: [owner],
    owner,
    schemas: ["monitoring"],
    drilled: "app_backup",
    migratedSchemas: ["public", "monitoring"],
  });
  return { found, findings: checkRequirements(found, { ...wishes, extensions }) };
};

test("its statements create a deploy role that meets all requirements", async () => {
  expect(blocks).toHaveLength(3);
  const [role = "", settings = ""] = blocks;
  await rowsOf(server.superuser, role);
  for (const statement of settings.split(";").filter((text) => text.trim() !== "")) {
    await rowsOf(server.superuser, statement);
  }
  await stopServer(server.server);
  await startServer(server.server);
  const { findings } = await look();
  expect(findings.filter(({ level }) => level === "refusal")).toEqual([]);
  expect(findings.map(({ subject }) => subject)).toEqual(["extension pg_stat_statements"]);
});

test("a member of a provider's privileged group meets all requirements", async () => {
  expect((await look()).found).toMatchObject({ privileged: false, preloaded: null });
  await rowsOf(server.superuser, "grant rds_superuser to deploy");
  const { found, findings } = await look();
  await rowsOf(server.superuser, "revoke rds_superuser from deploy");
  expect(found).toMatchObject({ privileged: true, preloaded: ["pg_stat_statements"] });
  expect(findings).toEqual([]);
});

test("its extension is the one that the program needs, and is found afterwards", async () => {
  await rowsOf(
    server.superuser,
    "create database hosterizer template template0 encoding 'UTF8' locale 'C'",
  );
  const inDatabase = { ...server.superuser, database: "hosterizer" };
  await rowsOf(inDatabase, "create schema monitoring");
  await rowsOf(inDatabase, blocks[2] ?? "");
  const { found, findings } = await look();
  expect(found.installed).toContain("pg_stat_statements");
  expect(findings).toEqual([]);
  const [declared] = extensions.filter(({ name }) => name === "pg_stat_statements");
  if (declared === undefined) throw new Error("pg_stat_statements is not declared");
  const [, create] = extensionStatements(declared, { owner });
  expect(create).toBe('create extension "pg_stat_statements" schema "monitoring"');
});
