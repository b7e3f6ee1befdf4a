import { afterAll, beforeAll, expect, test } from "vitest";

import { asRole, customer } from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { shippedVersion } from "../shippedMigrations";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";

const target = "hosterizer-database:migrationTarget";
let project: Project;

beforeAll(async () => {
  project = await makeConvergedProject();
  all = await tables();
  await project.query(twoCustomers);
  await project.query(
    "insert into public.cost_records (customer_id, site_id, cost_date, amount, currency) values (1, 1, '2026-02-01', 2, 'EUR')",
  );
});
afterAll(() => project.remove());

/** Changes the configuration as a user does, with lines that the program may have printed. */
async function configure(...lines: string[]): Promise<void> {
  const line = ['eval "$(npm run -s shell -- --print)"', ...lines].join(" && ");
  const { code, output } = await project.shell(line);
  if (code !== 0) throw new Error(output);
}

const acknowledgement =
  /pulumi config set --path 'hosterizer-database:acknowledgedLoss\["([\w.]+)"\]' \d+/g;

async function tables(): Promise<string[]> {
  const rows = await project.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  return rows.map(({ name }) => name);
}

async function version(): Promise<number> {
  const rows = await project.query<{ n: number }>(
    "select count(*)::int as n from hosterizer.schema_migrations",
  );
  return rows[0]?.n ?? 0;
}

/** The tables of all migrations. */
let all: string[];
let told = "";
const broken = "migrations/000008_keep_updated_at.down.sql";

/** The printed command that acknowledges the loss of a table. */
function lineFor(table: string): string {
  const [line] = [...told.matchAll(acknowledgement)].find(([, name]) => name === table) ?? [];
  if (line === undefined) throw new Error(`nothing acknowledges ${table} in:\n${told}`);
  return line;
}

test("preview refuses a rollback that loses rows, and shows the exact counts", async () => {
  await configure(`pulumi config set ${target} 5`);
  const { code, output } = await project.npm("preview");
  told = output;
  expect(code).not.toBe(0);
  expect(output).toContain(
    "000007_create_cost_records_table.down.sql: drops table public.cost_records with 3 rows, which is not acknowledged",
  );
  expect(output).toContain("drops table public.ecommerce_integrations with 2 rows");
  expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(new Set([...told.matchAll(acknowledgement)].map(([line]) => line)).size).toBe(2);
});

test("up refuses the rollback when rows were added after the acknowledgement", async () => {
  await configure(lineFor("public.cost_records"));
  await project.query(
    "insert into public.cost_records (customer_id, site_id, cost_date, amount, currency) values (2, 2, '2026-03-01', 2, 'EUR')",
  );
  const { code, output } = await project.npm("up");
  expect(code).not.toBe(0);
  expect(output).toContain("drops table public.cost_records with 4 rows, but 3 are acknowledged");
  expect(output).toContain(
    "drops table public.ecommerce_integrations with 2 rows, which is not acknowledged",
  );
  expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(await version()).toBe(shippedVersion);
  expect(await tables()).toEqual(all);
  await project.query("delete from public.cost_records where cost_date = '2026-03-01'");
});

test("preview of an acknowledged rollback lists what each migration drops, and changes nothing", async () => {
  await configure(lineFor("public.ecommerce_integrations"));

  const { code, output } = await project.npm("preview");

  expect(code).toBe(0);
  expect(output).toContain(
    "to undo: 000009_index_policy_rules\n      drops index public.policies_rules_idx",
  );
  expect(output).toContain(
    "to undo: 000007_create_cost_records_table\n      drops table public.cost_records with 3 rows",
  );
  expect(await version()).toBe(shippedVersion);
});

test("a failing down file stops the rollback before it begins", async () => {
  await project.edit(broken, "drop function", "drop function public.nowhere(); drop function");
  const refused = await project.npm("up");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(`${broken}:`);
  expect(refused.output).toContain("nowhere() does not exist");
  expect(await version()).toBe(shippedVersion);
  expect(await tables()).toEqual(all);
});

test("with the down file repaired, up undoes exactly what was acknowledged, and tenants stay isolated", async () => {
  await project.edit(broken, "public.nowhere()", "if exists public.nowhere()");
  await project.succeed("up");
  expect(await version()).toBe(5);
  expect(await tables()).toEqual(["customers", "deployments", "policies", "sites", "users"]);
  expect(await project.query("select count(*)::int as n from public.sites")).toEqual([{ n: 2 }]);
  const seen = await asRole(await project.connection("app_user"), customer(1), async (session) => {
    return (await session.query("select domain from public.sites")).rows as object[];
  });
  expect(seen).toEqual([{ domain: "site1.example.com" }]);
});

test("the next up finds no drift, and changes nothing", async () => {
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
});

test("status shows the target, and lists no later migration as pending", async () => {
  const { stdout } = await project.shell("node packages/cli/run.mjs db status --json");
  expect(JSON.parse(stdout)).toMatchObject({ schema: { version: 5, target: 5, pending: [] } });
});

test("without the target, up applies the rest again, and its tables are isolated", async () => {
  await configure(`pulumi config rm ${target}`);
  const output = await project.succeed("up");
  expect(output).toContain("000006_create_ecommerce_integrations_table");

  expect(await version()).toBe(shippedVersion);
  expect(await tables()).toEqual(all);
  await project.query(
    "insert into public.cost_records (customer_id, site_id, cost_date, amount, currency) select n, n, '2026-01-01', n, 'EUR' from generate_series(1, 2) as n",
  );
  const seen = await asRole(await project.connection("app_user"), customer(2), async (session) => {
    return (await session.query("select customer_id from public.cost_records")).rows as object[];
  });
  expect(seen).toEqual([{ customer_id: "2" }]);
});

test("preview refuses a target beyond the last migration", async () => {
  await configure(`pulumi config set ${target} ${shippedVersion + 3}`);
  const { code, output } = await project.npm("preview");
  expect(code).not.toBe(0);
  expect(output).toContain(
    `${target} ${shippedVersion + 3}: the folder of migrations ends at ${shippedVersion}`,
  );
});
