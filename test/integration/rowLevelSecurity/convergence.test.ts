import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  applyContext,
  applyTable,
  readContextDrift,
  readTableDrift,
} from "../../../postgres/rowLevelSecurity/rowLevelSecurity";
import { createTenantDatabase } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

const sites = { schema: "public", table: "sites", column: "customer_id" };

describe.each(["session", "role"] as const)("with administrators by %s", (administrators) => {
  let database: TenantDatabase;

  beforeAll(async () => {
    database = await createTenantDatabase(administrators);
  });

  afterAll(() => database.drop());

  const tableDrift = () => readTableDrift(database.owner, sites, database.security);
  const contextDrift = () => readContextDrift(database.owner, database.security);
  const policy = administrators === "session" ? "context_sees_own" : "tenant_sees_own";

  test("finds nothing to do after it has converged: PostgreSQL prints policies as we expect", async () => {
    for (const table of database.tenancy.tables) {
      expect(await readTableDrift(database.owner, table, database.security)).toEqual([]);
    }
    expect(await contextDrift()).toEqual([]);
  });

  test.each([
    ["alter table public.sites disable row level security", /row-level security is disabled/],
    ["alter table public.sites no force row level security", /not forced/],
    [`drop policy ${policy} on public.sites`, /policy .* is missing/],
    [`alter policy ${policy} on public.sites using (true)`, /USING is true, declared is/],
    [`alter policy ${policy} on public.sites with check (true)`, /WITH CHECK is true, declared/],
    [`alter policy ${policy} on public.sites to public`, /roles is public, declared is app_/],
    ["create policy forgotten on public.sites using (true)", /forgotten is not declared/],
    [
      `drop policy ${policy} on public.sites;
       create policy ${policy} on public.sites as restrictive for select using (true)`,
      /kind is RESTRICTIVE.*command is SELECT/,
    ],
  ])("names and repairs: %s", async (sql, line) => {
    await database.run(sql);
    expect(await tableDrift()).toEqual([expect.stringMatching(line)]);
    await applyTable(database.owner, sites, database.security);
    expect(await tableDrift()).toEqual([]);
  });

  test.each([
    ["alter function tenancy.is_administrator() volatile", /not stable/],
    ["alter function tenancy.is_administrator() parallel unsafe", /not parallel safe/],
    ["alter function tenancy.is_administrator() security definer", /security definer/],
    ["alter function tenancy.is_administrator() set search_path = public", /search_path/],
    ["grant execute on function tenancy.is_administrator() to public", /public may execute/],
    [
      "create or replace function tenancy.is_administrator() returns boolean language sql stable parallel safe as 'select true'",
      /its body/,
    ],
  ])("names and repairs: %s", async (sql, line) => {
    await database.run(sql);
    expect(await contextDrift()).toEqual([expect.stringMatching(line)]);
    await applyContext(database.owner, database.security);
    expect(await contextDrift()).toEqual([]);
  });

  test("says which declared table or column does not exist", async () => {
    const table = { ...sites, table: "shops" };
    expect(await readTableDrift(database.owner, table, database.security)).toEqual([]);
    const missing = applyTable(database.owner, table, database.security);
    await expect(missing).rejects.toThrow("tenant table public.shops in database/tenancy.ts");
    const column = readTableDrift(database.owner, { ...sites, column: "shop" }, database.security);
    await expect(column).rejects.toThrow("the table has no column shop");
  });
});
