import Table from "cli-table3";
import type { Client } from "pg";
import { expect, test } from "vitest";

import { applyRowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import {
  administrator,
  asRole,
  customer,
} from "../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { createTenantDatabase } from "../packages/postgres/test/integration/rowLevelSecurity/tenantDatabase";
import { startTestServer } from "../packages/postgres/test/integration/testServer";
import { median } from "./figures";

const sites = 200_000;
const customers = 2000;
const runs = 15;

/** A tenth of all sites has one name; all others are unique. */
const fill = `
set session_replication_role = replica;
insert into public.sites (customer_id, name, domain, cloud_provider, region)
select 1 + n % ${customers}, case when n % 10 = 0 then 'Shop' else 'Site ' || n end, 's' || n || '.example.com', 'aws', 'eu'
  from generate_series(1, ${sites}) as n;
insert into public.deployments (customer_id, site_id) select customer_id, id from public.sites;
set session_replication_role = origin`;

const deployments =
  "join public.deployments as d on d.site_id = s.id and d.customer_id = s.customer_id";
const queries: readonly { name: string; who: "customer" | "administrator"; sql: string }[] = [
  {
    name: "its site of a domain, with a filter on the customer",
    who: "customer",
    sql: "select s.* from public.sites as s where s.customer_id = 11 and lower(s.domain) = 's4010.example.com' and s.deleted_at is null",
  },
  {
    name: "its site of a domain",
    who: "customer",
    sql: "select s.* from public.sites as s where lower(s.domain) = 's4010.example.com' and s.deleted_at is null",
  },
  {
    name: "its sites of a name with their deployments",
    who: "customer",
    sql: `select s.id, d.status from public.sites as s ${deployments} where s.name = 'Shop'`,
  },
  {
    name: "everybody's sites of a rare name with their deployments",
    who: "administrator",
    sql: `select s.id, d.status from public.sites as s ${deployments} where s.name = 'Site 4011'`,
  },
  {
    name: "everybody's sites of a frequent name with their deployments",
    who: "administrator",
    sql: `select s.id, d.status from public.sites as s ${deployments} where s.name = 'Shop'`,
  },
  {
    name: "everybody's sites in a range of names, the newest twenty",
    who: "administrator",
    sql: "select s.* from public.sites as s where s.name between 'Site 1' and 'Site 2' order by s.created_at desc limit 20",
  },
];

interface Measured {
  milliseconds: number;
  /** The names of the plan's nodes. */
  plan: string;
}

// The same queries with the planner's samples of names and domains, and without.
test("what plans lose without statistics of sensitive columns", async () => {
  const server = await startTestServer();
  process.env["TEST_DATABASE_URL"] = server.url;
  try {
    const database = await createTenantDatabase("session");
    await database.run(fill);
    await database.run("vacuum analyze");
    const { application, owner, security } = database;
    const measure = async () => {
      const measured: Measured[] = [];
      for (const { who, sql } of queries) {
        const context = who === "customer" ? customer(11) : administrator;
        measured.push(await asRole(application, context, (session) => run(session, sql)));
      }
      return measured;
    };
    const before = await measure();
    const sensitiveColumns = [{ schema: "public", table: "sites", columns: ["name", "domain"] }];
    const tenancy = { ...security.tenancy, sensitiveColumns };
    await applyRowLevelSecurity(owner, { ...security, tenancy });
    await database.run("vacuum analyze");
    const after = await measure();
    const head = ["query", "with, ms", "without, ms", "plan"];
    const table = new Table({ head, style: { head: [] } });
    for (const [index, { name, who }] of queries.entries()) {
      const [one, other] = [before[index], after[index]];
      expect(other).toBeDefined();
      const plan =
        one?.plan === other?.plan ? "the same" : `${one?.plan ?? ""}\n${other?.plan ?? ""}`;
      const figures = [one, other].map((its) => its?.milliseconds.toFixed(2) ?? "");
      table.push([`${who}: ${name}`, ...figures, plan]);
    }
    console.log(table.toString());
  } finally {
    await server.remove();
  }
});

interface Node {
  "Node Type": string;
  Plans?: Node[];
}

async function run(session: Client, sql: string): Promise<Measured> {
  const explain = `explain (analyze, timing off, format json) ${sql}`;
  const times: number[] = [];
  let plan = "";
  for (let count = 0; count < runs; count++) {
    const { rows } = await session.query<{
      "QUERY PLAN": [{ Plan: Node; "Execution Time": number }];
    }>(explain);
    const [result] = rows[0]?.["QUERY PLAN"] ?? [];
    if (result === undefined) throw new Error(`no plan of ${sql}`);
    times.push(result["Execution Time"]);
    plan = namesOf(result.Plan).join(" > ");
  }
  return { milliseconds: median(times), plan };
}

function namesOf(node: Node): string[] {
  return [node["Node Type"], ...(node.Plans ?? []).flatMap(namesOf)];
}
