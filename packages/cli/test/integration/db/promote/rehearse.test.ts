import { recordStatements } from "@hosterizer/postgres/schema/record/schemaRecord";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { rehearse } from "../../../../src/db/promote/rehearse";
import type { StackAccess } from "../../../../src/db/stack/stackAccess";
import { program } from "../../../../../../components/program";
import { afterEachMigration } from "@hosterizer/postgres/audit/newObjects";
import { migrate } from "@hosterizer/postgres/migrations/migrate";
import { comingMigration, shippedVersion } from "../../../../../../test/shippedMigrations";
import { realMigrations } from "../../../../../postgres/test/integration/migrations/migrationDatabase";
import { rowsOf } from "../../../../../postgres/test/integration/testDatabase";
import {
  startTestServer,
  type TestServer,
} from "../../../../../postgres/test/integration/testServer";

const { recordedSchemas, migrator, owner, roles, tenancy } = program;

// A separate server, because the roles have the names that the program gives them.
let server: TestServer;
let folder: string;
const before = process.cwd();
const tagSites = comingMigration("tag_sites");
const password = "only here";

beforeAll(async () => {
  server = await startTestServer();
  const names = roles.map(({ name }) => name);
  await ask("postgres", names.map((name) => `create role ${name}`).join(";"));
  await ask(
    "postgres",
    `alter role ${migrator} login noinherit password '${password}'; grant ${owner} to ${migrator}`,
  );
  folder = await mkdtemp(join(tmpdir(), "rehearse-"));
  await cp(realMigrations, join(folder, "migrations"), { recursive: true });
  // The path of the migrations folder is relative to the working folder.
  process.chdir(folder);
  await makeDatabase("destination");
});

afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
  await server.remove();
});

const ask = (database: string, sql: string) =>
  rowsOf({ ...address(database), user: "postgres", password: server.password }, sql);
const address = (database: string) => ({ host: "127.0.0.1", port: server.port, database });

/** A stack, as clients log in to it. */
const access = (database: string): StackAccess => ({
  stack: "prod",
  ...address(database),
  sslmode: "disable",
  passwords: { [migrator]: password },
});

/** Creates a database with the shipped migrations. */
async function makeDatabase(name: string): Promise<void> {
  await ask("postgres", `create database ${name} owner ${owner} template template0`);
  await ask(
    name,
    `alter schema public owner to ${owner}; create schema monitoring authorization ${owner};
     create schema tenancy authorization ${owner}; create schema hosterizer authorization ${owner}`,
  );
  await migrate({
    connection: { ...address(name), user: migrator, password },
    owner,
    directory: join(folder, "migrations"),
    schemas: recordedSchemas,
    afterEach: afterEachMigration({ owner, schemas: recordedSchemas, tenancy, grants: [] }),
    recordSchema: recordStatements,
    target: shippedVersion,
  });
}

/** Rehearses one pending migration, on a new database. */
async function rehearseMigration(up: string, down: string) {
  const file = (way: string) => join(folder, "migrations", `${tagSites}.${way}.sql`);
  await writeFile(file("up"), up);
  await writeFile(file("down"), down);
  await ask("postgres", "drop database if exists rehearsal");
  await makeDatabase("rehearsal");
  const completed: string[] = [];
  const rehearsal = {
    access: () => Promise.resolve(access("rehearsal")),
    complete: () => Promise.resolve(void completed.push("complete")),
  };
  const destination = { version: shippedVersion, pending: [tagSites] };
  const evidence = await rehearse(rehearsal, access("destination"), program, destination);
  expect(completed).toEqual(["complete"]);
  return evidence;
}

test("reports a migration that goes up, down and up again to the same schema", async () => {
  const up = "alter table public.sites add tags text[];\n";
  const { summary } = await rehearseMigration(up, "alter table public.sites drop tags;\n");
  expect(summary).toContain("; 1 pending migration went up, down and up again");
});

test("refuses a migration whose down file leaves something behind, and names it", async () => {
  const up = "alter table public.sites add tags text[], add stars integer;\n";
  const refused = rehearseMigration(up, "alter table public.sites drop tags;\n");
  await expect(refused).rejects.toThrow(
    `The down files of ${tagSites} do not lead back to migration ${shippedVersion}:`,
  );
  await expect(refused).rejects.toThrow("column public.sites.stars is unexpected");
});

test("refuses a destination whose schema differs from the one that its migrations create", async () => {
  await ask("destination", "alter table public.users add by_hand text");
  const up = "alter table public.sites add tags text[];\n";
  await expect(rehearseMigration(up, "alter table public.sites drop tags;\n")).rejects.toThrow(
    `Migrations 1 to ${shippedVersion} create a schema that differs from that of stack prod`,
  );
});
