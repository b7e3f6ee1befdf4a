import { afterAll, beforeAll, expect, test } from "vitest";

import type { PromotionRecord } from "@hosterizer/cli/db/promote/promotionRecord";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { twoCustomers } from "../../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { comingMigration, lastShipped, shippedVersion } from "../../shippedMigrations";
import { differenceLines } from "../differenceLines";
import type { Project, Run } from "../project";
import { makeProdProject, passwordVariable } from "./makeProdProject";

const noteSites = comingMigration("note_sites");
const later = comingMigration("later", 2);

let server: ManagedServer;
let project: Project;
/** The dry run that created the plan. */
let planned: Run;
/** The comment that the program declares for a table. */
let comment: string;
const inDatabase = (): Connection => ({ ...server.superuser, database: "hosterizer" });
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer();
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server, { backup: JSON.stringify({ drillWithin: "8d" }) });
  undo.push(() => project.remove());
  await project.succeed("up", "--", "--stack", "prod", "--yes", "--skip-preview");
  await rowsOf(inDatabase(), twoCustomers);
  await project.succeed("db", "--", "restore-drill", "--stack", "prod");
  const [row] = await rowsOf<{ comment: string }>(
    inDatabase(),
    "select obj_description('public.sites'::regclass) as comment",
  );
  comment = row?.comment ?? "";
  await project.shell("git init -q");
  // Declared with the migration: the destination does not have it yet, which is not drift.
  await project.edit(
    "database/grants.ts",
    '{ role: "app_monitor", on: "database"',
    '{ role: "app_monitor", on: "schema", schema: "hosterizer", privileges: ["USAGE"] },\n  { role: "app_monitor", on: "database"',
  );
  await merge(noteSites, {
    up: "alter table public.sites add note text;\n",
    down: "alter table public.sites drop note;\n",
  });
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

function promote(...words: string[]): Promise<Run> {
  const line = ["npm run -s db -- promote --from local --to prod", ...words].join(" ");
  return project.shell(line);
}

/** Does what merging a branch does: commits it, and applies it to the first stack. */
async function merge(name: string, files: { up: string; down: string }): Promise<void> {
  for (const [half, sql] of Object.entries(files)) {
    await project.write(`migrations/${name}.${half}.sql`, sql);
  }
  await commit();
  await project.succeed("up");
}

function commit(): Promise<Run> {
  return project.shell(
    "git add --all && git -c user.name=a -c user.email=a@example.com commit -qm a",
  );
}

async function version(): Promise<string> {
  const sql = "select max(name) as last from hosterizer.schema_migrations";
  const [row] = await rowsOf<{ last: string }>(inDatabase(), sql);
  return row?.last ?? "";
}

const hashIn = ({ output }: Run) => /--yes ([0-9a-f]{16})$/m.exec(output)?.[1] ?? "no hash";
/** The folder with its evidence. */
const folderOf = ({ output }: Run) => /Evidence: (\S+)\/promotion.md/.exec(output)?.[1] ?? "";

test("promote refuses uncommitted changes", async () => {
  await project.write(`migrations/${later}.up.sql`, "select 1;\n");
  const { code, output } = await promote("--dry-run");
  expect(code).toBe(1);
  expect(output).toMatch(/✗ 1\/9 .*differs from commit/);
  expect(output).toContain(`?? migrations/${later}.up.sql`);
  await project.shell("git clean -fq");
});

test("promote refuses a destination that has drifted, and shows the difference", async () => {
  await rowsOf(inDatabase(), "comment on table public.sites is 'changed meanwhile'");
  const { code, output } = await promote("--dry-run");
  expect(code).toBe(1);
  expect(output).toMatch(/✗ 2\/9 prod has not drifted/);
  expect(output).toContain("changed meanwhile");
  await rowsOf(inDatabase(), `comment on table public.sites is '${comment.replaceAll("'", "''")}'`);
});

test("promote --dry-run changes nothing, and its plan is refused once the destination has changed", async () => {
  planned = await promote("--dry-run");
  const { code, output } = planned;
  expect(output).toMatch(
    /✓ 1\/9 local .*✓ 2\/9 .*1 pending, last restored by a drill on 2.*✓ 3\/9.*✓ 4\/9.*up, down and up/s,
  );
  expect(output).toMatch(/✓ 5\/9.*sites in ACCESS EXCLUSIVE mode .*✓ 6\/9.*✓ 7\/9/s);
  const [, plan = ""] = /^(Changes in stack prod:.*?)^Evidence/ms.exec(output) ?? [];
  // It has no migration of an earlier update, and one readable line per change.
  expect(differenceLines(plan)).toEqual([
    "schema hosterizer: found no USAGE to app_monitor, expected USAGE to app_monitor",
    `pending: ${noteSites}`,
  ]);
  expect(output).not.toContain(lastShipped);
  expect(code).toBe(0);
  expect(await version()).toBe(lastShipped);

  const record = `${folderOf(planned)}/promotion.json`;
  const asPlanned = await project.read(record);
  // A role, because the hash of the catalog would not come back after an undone change.
  await rowsOf(server.superuser, "alter role app_monitor connection limit 7");
  const late = await promote("--yes", hashIn(planned));
  expect(late.code).toBe(1);
  expect(late.output).toMatch(/✗ 8\/9 .*Stack prod has changed since plan/);
  expect((await promote("--yes", hashIn(planned))).output).toContain("was refused before.");
  expect(await version()).toBe(lastShipped);

  await rowsOf(server.superuser, "alter role app_monitor connection limit 10");
  await project.write(record, asPlanned);
});

test("promote applies exactly the plan, verifies it, and keeps evidence without passwords", async () => {
  const run = await promote("--yes", hashIn(planned));
  expect(run.output).toMatch(/✓ 8\/9 .*✓ 9\/9 prod .*at migration \d+, no drift, nothing leaks/s);
  expect(run.output).toContain(`at migration ${shippedVersion + 1}, no drift`);
  expect(run.code).toBe(0);
  expect(await version()).toBe(noteSites);
  const granted = "select has_schema_privilege('app_monitor', 'hosterizer', 'usage') as granted";
  expect(await rowsOf(inDatabase(), granted)).toEqual([{ granted: true }]);

  const path = folderOf(run);
  const evidence = JSON.parse(await project.read(`${path}/promotion.json`)) as PromotionRecord;
  expect(evidence).toMatchObject({ from: "local", to: "prod", outcome: "promoted" });
  expect(evidence.steps.map(({ outcome }) => outcome)).toEqual(Array(9).fill("passed"));
  const page = await project.read(`${path}/promotion.md`);
  expect(page).toContain("# Promotion of local to prod: promoted");
  expect(page).toContain(noteSites);
  const { roles } = await project.secrets();
  const files = await Promise.all(
    ["promotion.json", "promotion.md", "plan.json"].map((file) => project.read(`${path}/${file}`)),
  );
  const passwords = [server.deploy.password, ...Object.values(roles)];
  for (const text of [...files, run.output]) {
    expect(passwords.filter((password) => text.includes(password))).toEqual([]);
  }
  expect((await project.shell("git status --porcelain")).output).toBe("");
  expect((await promote("--yes", evidence.plan?.hash ?? "")).output).toContain("applied before");
});

test("nothing is promoted to a stack that asks for a drill and has none", async () => {
  await rowsOf(server.superuser, "comment on role app_backup is null");
  const { code, output } = await promote("--dry-run");

  expect(output).toMatch(
    /✗ 2\/9 .*No drill has restored stack prod within 8 days .*: there has been none\./s,
  );
  expect(output).toContain("Run one: npm run db -- restore-drill --stack prod");
  expect(output).not.toContain("3/9");
  expect(code).toBe(1);
});
