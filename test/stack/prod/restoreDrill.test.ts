import { readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { someOf } from "../../repetitions";
import { comingMigration } from "../../shippedMigrations";
import { killFirstUp } from "../killFirstUp";
import type { Project } from "../project";
import { tenantRows } from "../tenantRows";
import { makeProdProject, passwordVariable } from "./makeProdProject";

// One server passes through all states: each test begins where the previous one ended.
let server: ManagedServer;
let project: Project;
const undo: (() => Promise<void>)[] = [];
const inDatabase = (): Connection => ({ ...server.superuser, database: "hosterizer" });
const note = comingMigration("note_sites");
const later = comingMigration("later", 2);

beforeAll(async () => {
  server = await startManagedServer();
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server, { backup: JSON.stringify({ drillWithin: "8d" }) });
  undo.push(() => project.remove());
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

const up = (...words: string[]) => project.npm("up", "--", "--stack", "prod", "--yes", ...words);
const drill = (...words: string[]) =>
  project.npm("-s", "db", "--", "restore-drill", "--stack", "prod", ...words);

/** Moves the last sound drill into the past. */
async function age(days: number): Promise<void> {
  const [row] = await rowsOf<{ comment: string }>(
    server.superuser,
    "select shobj_description('app_backup'::regrole, 'pg_authid') as comment",
  );
  const past = new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();
  const aged = (row?.comment ?? "").replaceAll(/"(time|lastSound)":"[^"]+"/g, `"$1":"${past}"`);
  await rowsOf(server.superuser, `comment on role app_backup is '${aged.replaceAll("'", "''")}'`);
}

test("a first up needs no drill, and neither do repairs of a database with rows", async () => {
  expect(await up("--skip-preview")).toMatchObject({ code: 0 });
  await rowsOf(inDatabase(), tenantRows);
  await rowsOf(inDatabase(), "drop policy context_sees_own on public.sites");

  const { code, output } = await up("--skip-preview");

  expect(code).toBe(0);
  expect(output).toContain(
    "No drill has restored stack prod yet: npm run db -- restore-drill --stack prod",
  );
});

const refusal =
  /note_sites: no drill has restored stack prod within 8 days \(hosterizer-database:backup\.drillWithin in Pulumi\.prod\.yaml\): there has been none/;

test("migrations of a database with rows are refused before anything changes, in plain pulumi too", async () => {
  await project.write(`migrations/${note}.up.sql`, "alter table public.sites add note text;\n");
  await project.write(`migrations/${note}.down.sql`, "alter table public.sites drop note;\n");
  await rowsOf(inDatabase(), "revoke select on public.sites from app_readonly");

  const { code, output } = await project.shell(
    "node packages/cli/run.mjs pulumi up --stack prod --yes --non-interactive",
  );

  expect(output).toMatch(refusal);
  expect(output).not.toContain("property directory");
  expect(output).toContain("Run one: npm run db -- restore-drill --stack prod.");
  expect(code).not.toBe(0);
  expect(await state()).toEqual({ notes: "0", open: false, reads: false });
});

test("what is open is closed all the same, before they are refused", async () => {
  await rowsOf(server.superuser, "grant pg_read_all_data to app_readonly");

  const { code, output } = await up();

  expect(output).toMatch(refusal);
  expect(code).not.toBe(0);
  expect(await state()).toMatchObject({ notes: "0", open: false });
});

/** What the updates here change: the pending migration's column, a way around row-level security, and a privilege. */
async function state(): Promise<unknown> {
  const [row] = await rowsOf(
    inDatabase(),
    `select (select count(*) from pg_attribute
              where attrelid = 'public.sites'::regclass and attname = 'note') as notes,
            pg_has_role('app_readonly', 'pg_read_all_data', 'member') as open,
            has_table_privilege('app_readonly', 'public.sites', 'select') as reads`,
  );
  return row;
}

test("a drill restores a dump into a server that only its user reaches, and leaves nothing", async () => {
  const running = drill();
  let folders: { path: string; mode: number }[] = [];
  await expect
    .poll(async () => (folders = await socketFolders()), { timeout: 60_000, interval: 20 })
    .toHaveLength(1);
  const { code, output } = await running;

  expect(folders).toMatchObject([{ mode: 0o700 }]);
  expect(output).toMatch(/^The server restores\. The drill took /m);
  expect(output).toMatch(/^ {2}the latest state from a dump: .*, [1-9]\d* tenant rows$/m);
  expect(code).toBe(0);
  expect(await leftovers()).toEqual([]);
  const { output: status } = await project.npm("-s", "db", "--", "status", "--stack", "prod");
  expect(status).toMatch(/^ *Drill +.* ago, restored a dump in /m);
});

test("after a recent drill the migrations are applied", async () => {
  expect(await up("--skip-preview")).toMatchObject({ code: 0 });
  expect(await state()).toEqual({ notes: "1", open: false, reads: true });
});

test("a drill that is killed leaves nothing that the next one does not remove", async () => {
  const command = ["db", "--", "restore-drill", "--stack", "prod"];
  for (const printed of someOf([/dumping the database/, /checking what came out/])) {
    await killFirstUp(project, { what: "drill", printed }, "the whole command", command);
  }
  expect(await drill()).toMatchObject({ code: 0 });
  expect(await leftovers()).toEqual([]);
});

test("a drill names an emptied table and a policy that is missing, and the next one still does", async () => {
  await rowsOf(
    inDatabase(),
    "delete from public.cost_records; drop policy context_sees_own on public.sites",
  );
  for (const attempt of [1, 2]) {
    const { code, output } = await drill();
    expect(output, `drill ${attempt}`).toMatch(
      /public\.cost_records has 0 rows; the previous drill found [1-9]\d*$/m,
    );
    expect(output).toContain("policy context_sees_own on public.sites is missing");
    expect(code).toBe(1);
  }
  // The repair is not refused, though the last drill was not sound.
  const { code, output } = await up("--skip-preview");
  expect(output).toMatch(
    /The last drill of stack prod, on .* UTC, failed: .*public\.cost_records has 0/,
  );
  expect(code).toBe(0);

  expect(await drill("--accept-rows")).toMatchObject({ code: 0 });
  expect(await drill()).toMatchObject({ code: 0 });
});

test("a drill that is too old counts no more", async () => {
  await age(9);
  await project.write(`migrations/${later}.up.sql`, "alter table public.sites add remark text;\n");
  await project.write(`migrations/${later}.down.sql`, "alter table public.sites drop remark;\n");
  const { code, output } = await up();

  expect(output).toMatch(
    /no drill has restored stack prod within 8 days .*: the last one that did was on \d/,
  );
  expect(code).not.toBe(0);
});

test("a copy that somebody else has restored is checked in place, and not changed", async () => {
  const copy = await server.addStandby("127.0.0.2");
  const replica = await drill("--host", "127.0.0.2");
  expect(replica.output).toContain("--host 127.0.0.2: that is a replica of a running server");
  expect(replica.code).toBe(1);
  await copy.promote();
  const there = { ...copy.superuser, database: "hosterizer" };
  const before = await contents(there);

  const { code, output } = await drill("--host", "127.0.0.2");

  expect(output).toMatch(
    /^ {2}the latest state from the copy at 127\.0\.0\.2: [1-9]\d* tenant rows$/m,
  );
  expect(code).toBe(0);
  expect(await contents(there)).toEqual(before);
  expect(await up("--skip-preview")).toMatchObject({ code: 0 });

  await rowsOf(there, "delete from public.deployments");
  const lacking = await drill("--host", "127.0.0.2");
  expect(lacking.output).toMatch(/public\.deployments has 0 rows; the previous drill found [1-9]/);
  expect(lacking.code).toBe(1);
});

test.each([
  { words: ["--host", "localhost"], says: "--host localhost: that is the server of stack prod" },
  { words: ["--host", "127.0.0.9"], says: "No PostgreSQL server answers at 127.0.0.9:" },
  { words: ["--port", "5432"], says: "--port is the port of a copy." },
  { words: ["--host", "a", "--port", "x"], says: '--port: "x" is not a port.' },
])("refuses $words", async ({ words, says }) => {
  const { code, output } = await drill(...words);
  expect(output).toContain(says);
  expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(code).toBe(1);
});

/** Where the sockets of drills are, which this run has started. */
async function socketFolders(): Promise<{ path: string; mode: number }[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith("hosterizer-drill-"));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(tmpdir(), name);
      const { mode } = await stat(path).catch(() => ({ mode: 0 }));
      return { path, mode: mode & 0o777 };
    }),
  );
  return found.filter(({ mode }) => mode !== 0);
}

/** What a drill has left on this machine: its files, its socket, its server. */
async function leftovers(): Promise<string[]> {
  const folder = dirname(project.server.directory);
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.includes("drill"));
  const sockets = (await socketFolders()).map(({ path }) => path);
  return [...files, ...sockets];
}

/** Rows of each table, and how many objects and roles there are. */
async function contents(database: Connection): Promise<unknown> {
  return rowsOf(
    database,
    `select (select count(*) from pg_class) as classes, (select count(*) from pg_roles) as roles,
            (select count(*) from pg_proc) as functions, (select count(*) from public.sites) as sites,
            (select count(*) from public.deployments) as deployments,
            (select count(*) from public.users) as users`,
  );
}
