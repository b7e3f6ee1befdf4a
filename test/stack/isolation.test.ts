import { spawnSync } from "node:child_process";

import { beforeAll, describe, expect, test } from "vitest";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  administrator,
  asRole,
  type Context,
  customer,
} from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { connectionOfShell } from "./connectionOfShell";
import { sharedProject } from "./sharedStack";

const tables = [
  { table: "customers", column: "id" },
  { table: "sites", column: "customer_id" },
  { table: "deployments", column: "customer_id" },
  { table: "ecommerce_integrations", column: "customer_id" },
  { table: "cost_records", column: "customer_id" },
];
const refused = { code: "42501" }; // insufficient_privilege

const contextsOfNone: [string, Context][] = [
  ["no context", {}],
  ["an empty context", { "app.current_customer_id": "", "app.current_user_role": "" }],
  ["a malformed customer id", customer("1 or true")],
  ["a customer id too big for a number", customer("9".repeat(40))],
  ["a customer that does not exist", customer(12345)],
  ["a role that does not exist", { ...customer(1), "app.current_user_role": "root" }],
];

let application: Connection;

beforeAll(async () => {
  const project = await sharedProject();
  application = await connectionOfShell(project, 'eval "$(npm run -s db -- env)"');
  await rowsOf(await project.connection(), twoCustomers);
});

/** The tenants whose rows each table shows. */
function visible(context: Context): Promise<Record<string, string[]>> {
  return asRole(application, context, async (session) => {
    const seen: Record<string, string[]> = {};
    for (const { table, column } of tables) {
      const sql = `select distinct ${column} as tenant from public.${table} order by 1`;
      const { rows } = await session.query<{ tenant: string }>(sql);
      seen[table] = rows.map(({ tenant }) => tenant);
    }
    return seen;
  });
}

/** How many rows a statement of customer 1 affects. */
function reached(sql: string): Promise<number | null> {
  return asRole(application, customer(1), async (session) => (await session.query(sql)).rowCount);
}

const all = (tenants: string[]) => Object.fromEntries(tables.map(({ table }) => [table, tenants]));

test("db env gives a shell the application's login", () => {
  expect(application).toMatchObject({ user: "app_user", database: "hosterizer" });
});

test("a customer sees its own rows of all five tables, and no others", async () => {
  expect(await visible(customer(1))).toEqual(all(["1"]));
  expect(await visible(customer(2))).toEqual(all(["2"]));
});

test("an administrator sees all rows", async () => {
  expect(await visible(administrator)).toEqual(all(["1", "2"]));
});

test.each(contextsOfNone)("%s shows no rows and raises no error", async (_title, context) => {
  expect(await visible(context)).toEqual(all([]));
});

// psql does not come with this project, and is not on every machine.
test.skipIf(spawnSync("psql", ["--version"]).error)(
  "psql in that shell sees the rows of its context's customer, and none without a context",
  async () => {
    const context = "-c app.current_customer_id=2 -c app.current_user_role=customer";
    const ask = "psql -XAtc 'select count(*), min(customer_id) from public.sites'";

    const { stdout } = await (
      await sharedProject()
    ).shell(`eval "$(npm run -s db -- env)" && ${ask} && PGOPTIONS='${context}' ${ask}`);

    expect(stdout).toBe("0|\n1|2");
  },
);

test("policies bind another role of db env like the application", async () => {
  const line = 'eval "$(npm run -s db -- env --role app_readonly)"';
  const reader = await connectionOfShell(await sharedProject(), line);

  const counts = await asRole(reader, customer(1), (session) =>
    session.query("select count(*)::int, min(customer_id)::int from public.sites"),
  );
  const write = asRole(reader, customer(1), (session) =>
    session.query("update public.sites set name = 'x'"),
  );

  expect(reader.user).toBe("app_readonly");
  expect(counts.rows).toEqual([{ count: 1, min: 1 }]);
  await expect(write).rejects.toMatchObject(refused);
});

describe("a customer that writes", () => {
  test("cannot insert a row for another tenant", async () => {
    const insert = `insert into public.sites (customer_id, name, domain, cloud_provider, region)
                    values (2, 'x', 'x.example.com', 'aws', 'eu-west-1')`;

    await expect(reached(insert)).rejects.toMatchObject(refused);
  });

  test.each(tables.slice(1))("cannot move a row of $table to another tenant", async ({ table }) => {
    const move = reached(`update public.${table} set customer_id = 2`);

    await expect(move).rejects.toMatchObject(refused);
  });

  test.each(tables)(
    "cannot change or delete another tenant's row of $table",
    async ({ table, column }) => {
      const others = `public.${table}`;

      expect(await reached(`update ${others} set updated_at = now() where ${column} = 2`)).toBe(0);
      expect(await reached(`delete from ${others} where ${column} = 2`)).toBe(0);
    },
  );

  test.each([
    "insert into public.deployments (customer_id, site_id) values (1, 2)",
    `insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
     values (1, 2, '2026-02-01', 1, 'EUR')`,
    `insert into public.ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
     values (1, 2, 'shopify', 'https://shop.example.com', 'x')`,
  ])("cannot insert a child row of another tenant's site: %s", async (insert) => {
    await expect(reached(insert)).rejects.toMatchObject({ code: "23503" }); // foreign_key_violation
  });

  test("can change its own rows", async () => {
    expect(await reached("update public.sites set name = 'renamed'")).toBe(1);
    expect(
      await reached("insert into public.deployments (customer_id, site_id) values (1, 1)"),
    ).toBe(1);
    expect(await reached("delete from public.cost_records")).toBe(1);
  });
});
