import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { wholeTableReads } from "hosterizer-database-client";
import { settingCalls } from "../../../../client/src/transactionOptions";
import { administrator as administratorContext, asRole, customer } from "./asRole";
import { createTenantDatabase } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

describe.each(["session", "role"] as const)("with administrators by %s", (administrators) => {
  let database: TenantDatabase;

  beforeAll(async () => {
    database = await createTenantDatabase(administrators);
    await database.run(`
      insert into public.customers (owner_user_id, name)
      select 1, 'Customer ' || n from generate_series(3, 300) as n;
      insert into public.sites (customer_id, name, domain, cloud_provider, region)
      select c, 'Site', n || '.example.com', 'aws', 'eu-west-1'
        from generate_series(3, 300) as c, generate_series(1, 30) as n;
      analyze public.sites`);
  });

  afterAll(() => database.drop());

  test("a customer's query reads the tenant's index, and evaluates the tenant once per statement", async () => {
    const lines = await asRole(database.application, customer(7), async (session) => {
      const sql = "explain (analyze, costs off, timing off) select * from public.sites";
      const { rows } = await session.query<{ "QUERY PLAN": string }>(sql);
      return rows.map((row) => row["QUERY PLAN"]);
    });
    const plan = lines.join("\n");
    expect(plan).toMatch(/Index Cond: \(+customer_id/);
    expect(plan).not.toContain("Seq Scan");
    expect(plan).not.toContain("Rows Removed");
    // Each is a Result without a FROM, evaluated before the scan.
    expect(plan).toMatch(/InitPlan 1/);
    const loops = lines.filter((line) => line.includes("Result (actual"));
    expect(loops.length).toBeGreaterThan(0);
    for (const line of loops) expect(line).toMatch(/loops=1\)/);
  });

  test("an administrator's query may use workers, which read the table itself", async () => {
    const { application, administrator } = database;
    const login = administrators === "session" ? application : administrator;
    const lines = await asRole(login, administratorContext, async (session) => {
      // The table is small, and workers cost nothing.
      const settings = {
        ...wholeTableReads,
        min_parallel_table_scan_size: 0,
        parallel_setup_cost: 0,
        parallel_tuple_cost: 0,
      };
      await session.query(`select ${settingCalls(settings).join(", ")}`);
      const sql = "explain (costs off) select count(*) from public.sites";
      const { rows } = await session.query<{ "QUERY PLAN": string }>(sql);
      return rows.map((row) => row["QUERY PLAN"]);
    });
    expect(lines.join("\n")).toMatch(/Gather[^]*Parallel Seq Scan on sites/);
  });
});
