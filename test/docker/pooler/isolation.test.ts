import { afterAll, beforeAll, expect, test } from "vitest";

import { migrator, owner } from "../../../database/roles";
import { tenancy } from "../../../database/tenancy";
import { applyRowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { repetitions } from "../../repetitions";
import { type PooledStack, startPooledStack } from "./pooledStack";
import { rowsOf } from "./rowsOf";
import { runTenants } from "./runTenants";
import { twentyTenants } from "./twentyTenants";

const transactionsOfEach = repetitions(100);

let stack: PooledStack;

beforeAll(async () => {
  stack = await startPooledStack();
  const superuser = await stack.connect("postgres", "direct");
  await rowsOf(superuser, twentyTenants);
  // As for an application that says in database/roles.ts that it uses advisory locks: some clients leave one behind.
  const lock = "pg_catalog.pg_advisory_lock_shared(integer, integer)";
  await rowsOf(superuser, `grant execute on function ${lock} to app_user`);
});

afterAll(() => stack.remove());

async function run(clients: number, transactions: number, pooler = stack.pooler) {
  return runTenants({
    application: await stack.connect("app_user", pooler),
    superuser: await stack.connect("postgres", "direct"),
    clients,
    transactions,
  });
}

test(`200 careless clients of 20 tenants see no row of another tenant in ${200 * transactionsOfEach} transactions`, async () => {
  const { checked, misdeeds, violations, errors } = await run(200, transactionsOfEach);

  expect(violations).toEqual([]);
  expect(errors).toEqual([]);
  expect(checked).toBe(200 * transactionsOfEach);
  const done = ["fails", "vanishes", "leavesContext", "leavesAdministrator"];
  const more = ["commitsContext", "leavesSettings", "rollsBack", "leavesThings"];
  expect(Object.keys(misdeeds).sort()).toEqual([...done, ...more].sort());
  for (const times of Object.values(misdeeds)) expect(times).toBeGreaterThan(transactionsOfEach);
});

test("changes of clients that vanished are rolled back", async () => {
  const superuser = await stack.connect("postgres", "direct");
  const left = "select from public.sites where name !~ '^Site [0-9]+[.][0-9]+$'";
  await expect(rowsOf(superuser, left)).resolves.toEqual([]);
});

test("the test detects a policy that shows everything", async () => {
  const superuser = await stack.connect("postgres", "direct");
  await rowsOf(superuser, "alter policy context_sees_own on public.deployments using (true)");
  try {
    expect((await run(20, 5)).violations).not.toEqual([]);
  } finally {
    await applyRowLevelSecurity(await stack.connect(migrator, "direct"), { tenancy, owner });
  }
  expect((await run(20, 5)).violations).toEqual([]);
});

test("the test detects a pooler that does not reset sessions after each transaction", async () => {
  const careless = await stack.otherPooler((ini) =>
    ini.replace("server_reset_query_always = 1", "server_reset_query_always = 0"),
  );
  const { violations, errors } = await run(20, 20, careless);

  expect(violations).toContainEqual(expect.stringMatching(/^nobody sees \d+ rows of tenant/));
  expect(errors).not.toEqual([]);
});
