import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { DriftReport } from "@hosterizer/cli/drift/driftReport";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { comingMigration, shippedMigrations } from "../shippedMigrations";
import { differenceLines } from "./differenceLines";
import { makeProject } from "./makeProject";
import { decided, openings, stillOpen } from "./openings";
import type { Project } from "./project";

const note = comingMigration("note");
const half = comingMigration("half");
const plainPreview =
  "node packages/cli/run.mjs pulumi preview --diff --stack local --non-interactive";

// One database passes through all states: each test begins where the previous one ended.
let project: Project;

beforeAll(async () => {
  project = await makeProject();
  // Declared, so that it is in force for every session without being drift.
  await project.edit(
    "packages/postgres/src/server/embedded/server.ts",
    '{ name: "listen_addresses"',
    '{ name: "log_connections", value: "on", reason: "to count sessions" },\n    { name: "listen_addresses"',
  );
  await project.succeed("up");
  await project.query(twoCustomers);
});
afterAll(() => project.remove());

const accept = (args: string) => project.shell(`npm run -s db -- accept-drift ${args}`);

async function report(): Promise<{ code: number | undefined; told: DriftReport }> {
  const { code, stdout } = await project.npm("drift", "--", "--json");
  return { code, told: JSON.parse(stdout) as DriftReport };
}

test("drift names a pending migration, and does not count it as drift", async () => {
  await project.write(`migrations/${note}.up.sql`, "comment on schema public is 'tables';\n");
  await project.write(`migrations/${note}.down.sql`, "comment on schema public is null;\n");
  const { code, output } = await project.npm("drift");

  expect(code).toBe(7);
  expect(output).toContain("Stack local has not drifted. Its migrations are not all applied.");
  expect(differenceLines(output)).toEqual([`pending: ${note}`]);
});

test("plain pulumi preview does not list the migrations of earlier updates", async () => {
  await project.query("alter policy context_sees_own on public.customers using (true)");
  const preview = await project.shell(plainPreview);

  expect(preview.code).toBe(0);
  expect(preview.output).toMatch(new RegExp(`\\+ pending *: \\[\\n.*\\[0\\]: "${note}"\\n`));
  expect(preview.output).toMatch(
    /\+ drift *: \[\n.*policy context_sees_own on public\.customers: found/,
  );
  for (const name of shippedMigrations) expect(preview.output).not.toContain(name);
  expect(preview.output).not.toContain("- drift");
  // Neither SQL nor long declarations are shown.
  expect(preview.output).not.toMatch(/do \$close\$|tenantRoles|administratorRoles/);
  // Above that, Pulumi prints what the refresh reads for the first time.
  const [, update = ""] = preview.output.split("pulumi:pulumi:Stack: (same)");
  expect(update).toContain("Lockdown");
  expect(update.split("\n").length).toBeLessThan(60);
});

/** In addition to the policy and the migration. */
const more = [
  "grant truncate on public.sites to app_user",
  "drop index public.sites_deleted_at_idx",
  "drop index public.policies_rules_idx",
  `alter table public.policies add column priority integer;
   create index policies_priority_idx on public.policies (priority)`,
  "alter role app_readonly bypassrls",
  "alter table public.deployments no force row level security",
  "grant app_user to app_readonly",
  "comment on table public.users is 'changed'",
  "alter database hosterizer set work_mem = '1GB'",
  "alter table public.users disable trigger users_keep_updated_at",
  "create schema others; create view others.sites as select id from public.sites",
  `create or replace function tenancy.is_administrator() returns boolean language sql stable
   parallel safe as 'select true /* ${"and this makes it long ".repeat(120)}*/'`,
  openings,
];

test("preview prints one line per difference, grouped, with leaks first", async () => {
  for (const sql of more) await project.query(sql);
  const output = await project.succeed("preview");

  expect(groupsIn(output)).toEqual({
    "up repairs (17)": [...Array<string>(11).fill("!"), ...Array<string>(6).fill(" ")],
    "up refuses, you decide (3)": [" ", " ", " "],
    "up leaves, others own it (1)": ["!"],
    "up applies (1)": [" "],
  });
  const text = output.slice(output.indexOf("Stack local differs from the program."));
  expect(differenceLines(text)).toHaveLength(22);
  expect(differenceLines(text)).toContain(`pending: ${note}`);
  const unwrapped = text.replaceAll(/\n {8}(?=\S)/g, " ");
  expect(unwrapped.trimEnd().split("\n").length).toBeLessThanOrEqual(22 + 19);
  const commands = text.split("\n").filter((line) => line.length > 120);
  expect(commands.filter((line) => !line.includes("npm run db -- accept-drift"))).toEqual([]);
  expect(text).toMatch(/^22 differences: /m);
  expect(text).toMatch(/accept-drift --reason 'why' .*'column public\.policies\.priority'/);
});

/** The marks of the lines below each group title. */
function groupsIn(output: string): Record<string, string[]> {
  const groups = output.matchAll(/^(up .*):\n((?: {2}[! ] .*\n)+)/gm);
  return Object.fromEntries(
    Array.from(groups, ([, title = "", lines = ""]) => [
      title,
      Array.from(lines.matchAll(/^ {2}([! ]) \S/gm), ([, mark = ""]) => mark),
    ]),
  );
}

test("a refused up lists each decision with its choices, and closes what is open", async () => {
  expect(await project.query(stillOpen)).toHaveLength(7);
  const { code, output } = await project.npm("up");

  expect(code).not.toBe(0);
  expect(output).toContain("column public.policies.priority is not declared, found type integer");
  expect(output.match(/column public\.policies\.priority is not declared/g)).toHaveLength(1);
  expect(output).toContain("add column if not exists priority integer;");
  expect(output).not.toMatch(/^ +at .*\.ts:\d+/m);
  expect(output).toContain("column public.users.nickname is not declared");
  expect(output).toContain("closed table public.sites: found row-level security disabled");
  expect(output).toMatch(/Closed, because it was open:\s+function public\.all_sites\(\)/);
  expect(await project.query(stillOpen)).toEqual([]);
});

test("up closes what is open even when an object of the owner's blocks an extension", async () => {
  await project.query(`drop extension pg_stat_statements; set role hosterizer_owner;
    create function monitoring.pg_stat_statements_info() returns integer language sql as 'select 1';
    alter table public.sites disable row level security`);
  const { code, output } = await project.npm("up");
  await project.query("drop function monitoring.pg_stat_statements_info()");

  expect(code).not.toBe(0);
  expect(output).toContain('function "pg_stat_statements_info" already exists');
  expect(await project.query(stillOpen)).toEqual([]);
});

test("accept-drift with a reason accepts what up refused, and up continues", async () => {
  const accepted = await accept('--reason "hotfix" "column public.policies.priority"');
  expect(accepted).toMatchObject({ code: 0 });
  expect(accepted.stdout).toMatch(/^Accepted, and expected from now on:\n {2}column public\.pol/);

  await project.query(`${decided}; drop schema others cascade`);
  await project.shell(`rm migrations/${note}.*`);
  await project.succeed("up");
  // The index that was dropped is not accepted, but restored.
  await expect(
    project.query(
      "select to_regclass('public.policies_rules_idx') is not null as there, count(priority)::int as n from public.policies",
    ),
  ).resolves.toEqual([{ there: true, n: 0 }]);
});

test("the history says who accepted what, when and why", async () => {
  const { stdout, code } = await accept("--list --json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      login: "hosterizer_migrator",
      reason: "hotfix",
      differences: [
        { kind: "column added", object: "column public.policies.priority" },
        { kind: "index added", object: "index public.policies_priority_idx" },
      ],
    },
  ]);
  expect((await accept("--list")).stdout).toMatch(
    /^\d{4}-.* UTC {2}\S+ as hosterizer_migrator: hotfix\n/,
  );
});

test("accept-drift does nothing without a difference, and fails without a reason", async () => {
  expect(await accept('--reason "to be sure"')).toMatchObject({
    code: 0,
    stdout: "Nothing differs: there is nothing to accept.",
  });
  expect(await accept("")).toMatchObject({ code: 1 });
});

test("the next preview does not show repaired drift as removed", async () => {
  await project.query("grant truncate on public.sites to app_user");
  const preview = await project.shell(plainPreview);
  await project.query("revoke truncate on public.sites from app_user");

  expect(preview.output).toMatch(/\+ drift *: \[\n.*TRUNCATE to app_user/);
  expect(preview.output).not.toContain("context_sees_own");
});

test("drift reports a faulty program as broken, never as clean", async () => {
  await project.write(`migrations/${half}.up.sql`, "select 1;\n");
  const { code, output } = await project.npm("drift");
  await project.shell(`rm migrations/${half}.up.sql`);

  expect(code).toBe(1);
  expect(output).toContain("Stack local cannot be compared with the program:\n");
  expect(output).toContain(`${half}.down.sql, is missing`);
  expect(output).not.toMatch(/^ +at .*\.ts:\d+/m);
});

test("preview and up refuse a live database that has lost its ledger", async () => {
  const applied = await project.query<{ name: string }>(
    "delete from hosterizer.schema_migrations returning name",
  );
  for (const command of ["preview", "up"]) {
    const { code, output } = await project.npm(command);
    expect(code).not.toBe(0);
    expect(output).toContain(
      "the database already has tables: public.cost_records, public.customers,",
    );
    expect(output).toContain("docs/operate.md, Taking over a database");
  }
  const names = applied.map(({ name }) => `('${name}', now())`).join(", ");
  await project.query(
    `set role hosterizer_owner; insert into hosterizer.schema_migrations (name, run_on) values ${names}`,
    "hosterizer_migrator",
  );
});

test("drift names a stopped server with its host and port", async () => {
  const [row] = await project.query<{ pid: number }>(
    "select pg_postmaster_start_time(), split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid",
  );
  if (row === undefined) throw new Error("the server returns no process id");
  process.kill(row.pid, "SIGINT");
  const { code, told } = await report();

  expect(code).toBe(1);
  expect(told).toMatchObject({ status: "broken", differences: [] });
  // One line, without a stack trace.
  expect(told.error).toMatch(new RegExp(`^[^\n]*127\\.0\\.0\\.1:${project.port}[^\n]*$`));
});

test("up starts the server, and continues with the rewritten ledger", async () => {
  expect(await project.succeed("up")).toContain("was not running; it has been started");
  expect(await project.query("select count(*)::int as n from public.sites")).toEqual([{ n: 2 }]);
});

/** The log lines of the sessions that connect while `run` is running. */
async function sessionsDuring(run: () => Promise<unknown>): Promise<string[]> {
  const before = (await readFile(project.server.log, "utf8")).length;
  await run();
  // The server writes its log asynchronously.
  await sleep(300);
  const log = (await readFile(project.server.log, "utf8")).slice(before);
  return Array.from(log.matchAll(/connection authorized: .*/g), ([line]) => line);
}

test("drift reports a converged database as clean, in at most three sessions of its own", async () => {
  const [server] = await project.query<{ version: number }>(
    "select pg_catalog.current_setting('server_version_num')::int as version",
  );
  let clean: Awaited<ReturnType<typeof report>> | undefined;
  const sessions = await sessionsDuring(async () => {
    clean = await report();
  });

  expect(clean).toMatchObject({
    code: 0,
    told: { stack: "local", status: "clean", differences: [] },
  });
  // A server that lacks a security fix causes a warning, not a difference.
  const isOld = (server?.version ?? 0) < 150_020;
  expect(
    clean?.told.warnings.some((line) => /^server version 15\.\d+ is below 15\.20/.test(line)),
  ).toBe(isOld);
  // Sessions of the official plugin, or of its replacement, are not counted.
  const ours = sessions.filter(
    (line) => line.includes("=hosterizer-database/") && !line.includes("/postgresql plugin"),
  );
  expect(ours.length, ours.join("\n")).toBeGreaterThanOrEqual(1);
  expect(ours.length, ours.join("\n")).toBeLessThanOrEqual(3);
});

test("the server logs a line for every session", async () => {
  const sessions = await sessionsDuring(async () => {
    await project.query("select 1");
    await project.query("select 1", "app_user");
  });

  expect(sessions).toEqual([
    expect.stringContaining("user=postgres database=hosterizer"),
    expect.stringContaining("user=app_user database=hosterizer"),
  ]);
});
