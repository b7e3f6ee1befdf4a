import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { administrator, asRole, type Context, customer } from "./asRole";
import { createTenantDatabase } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

const tables = [
  { table: "public.customers", column: "id" },
  { table: "public.sites", column: "customer_id" },
  { table: "public.deployments", column: "customer_id" },
  { table: "public.ecommerce_integrations", column: "customer_id" },
  { table: "public.cost_records", column: "customer_id" },
];

const denied = { code: "42501" }; // insufficient_privilege
const tenantOfNobody: [string, Context][] = [
  ["no context", {}],
  ["an empty context", { "app.current_customer_id": "", "app.current_user_role": "" }],
  ["a customer's role without an id", { "app.current_user_role": "customer" }],
  ["a customer's id without a role", { "app.current_customer_id": "1" }],
  ["an id that is empty", customer("")],
  ["an id that is not a number", customer("1 or 1=1")],
  ["an id that is a word", customer("one")],
  ["an id that is negative", customer("-1")],
  ["an id with white space", customer(" 1")],
  ["an id with a decimal point", customer("1.0")],
  ["an id above bigint", customer("9223372036854775808")],
  ["an id of forty digits", customer("1".repeat(40))],
  ["the id of a customer that does not exist", customer(3)],
  ["a role that does not exist", { ...customer(1), "app.current_user_role": "root" }],
  ["an administrator's role in capitals", { "app.current_user_role": "ADMINISTRATOR" }],
];

describe.each(["session", "role"] as const)("with administrators by %s", (administrators) => {
  let database: TenantDatabase;

  beforeAll(async () => {
    database = await createTenantDatabase(administrators);
  });

  afterAll(() => database.drop());

  function tenants(
    connection: "application" | "administrator" | "backup" | "owner",
    context: Context,
  ) {
    return asRole(database[connection], context, async (session) => {
      const seen: Record<string, string[]> = {};
      for (const { table, column } of tables) {
        const sql = `select ${column} as tenant from ${table} order by ${column}`;
        const { rows } = await session.query<{ tenant: string }>(sql);
        seen[table] = rows.map(({ tenant }) => tenant);
      }
      return seen;
    });
  }

  const all = (ids: string[]) => Object.fromEntries(tables.map(({ table }) => [table, ids]));

  test("shows a customer its own rows of all five tables, and no others", async () => {
    expect(await tenants("application", customer(1))).toEqual(all(["1"]));
    expect(await tenants("application", customer(2))).toEqual(all(["2"]));
  });

  test("accepts ids up to the maximum of bigint", async () => {
    expect(await tenants("application", customer("9223372036854775807"))).toEqual(all([]));
  });

  test.each(tenantOfNobody)("shows no rows and no error to %s", async (_title, context) => {
    expect(await tenants("application", context)).toEqual(all([]));
  });

  test("shows all rows only to a role that may act as an administrator", async () => {
    const byVariable = await tenants("application", administrator);
    expect(byVariable).toEqual(all(administrators === "session" ? ["1", "2"] : []));
    if (administrators === "session") return;
    expect(await tenants("administrator", administrator)).toEqual(all(["1", "2"]));
    expect(await tenants("administrator", {})).toEqual(all([]));
    expect(await tenants("administrator", customer(1))).toEqual(all([]));
  });

  test("binds the owner too, who sees all rows only as an administrator", async () => {
    expect(await tenants("owner", {})).toEqual(all([]));
    expect(await tenants("owner", administrator)).toEqual(all(["1", "2"]));
  });

  test("lets a backup read everything without a context, and write nothing", async () => {
    expect(await tenants("backup", {})).toEqual(all(["1", "2"]));
    const write = asRole(database.backup, administrator, (session) =>
      session.query("delete from public.sites"),
    );
    await expect(write).rejects.toMatchObject(denied);
  });

  test("keeps no context after the transaction", async () => {
    await asRole(database.application, customer(1), async (session) => {
      expect((await session.query("select from public.sites")).rowCount).toBe(1);
      await session.query("commit");
      expect((await session.query("select from public.sites")).rowCount).toBe(0);
    });
  });

  test("refuses a row written for another customer", async () => {
    const insert = asRole(database.application, customer(1), (session) =>
      session.query(
        "insert into public.sites (customer_id, name, domain, cloud_provider, region) values (2, 'x', 'x', 'aws', 'x')",
      ),
    );
    await expect(insert).rejects.toMatchObject(denied);
  });

  test.each(tables.slice(1))(
    "refuses to move a row of $table to another customer",
    async ({ table }) => {
      const move = asRole(database.application, customer(1), (session) =>
        session.query(`update ${table} set customer_id = 2`),
      );
      await expect(move).rejects.toMatchObject(denied);
    },
  );

  test.each(tables)(
    "changes and deletes none of another customer's rows of $table",
    async ({ table, column }) => {
      await asRole(database.application, customer(1), async (session) => {
        const update = await session.query(
          `update ${table} set updated_at = now() where ${column} = 2`,
        );
        const remove = await session.query(`delete from ${table} where ${column} = 2`);
        expect([update.rowCount, remove.rowCount]).toEqual([0, 0]);
      });
    },
  );

  test("refuses a child row that points into another customer's site", async () => {
    const point = asRole(database.application, customer(1), (session) =>
      session.query("insert into public.deployments (customer_id, site_id) values (1, 2)"),
    );
    await expect(point).rejects.toMatchObject({ code: "23503" }); // foreign_key_violation
  });

  test("lets a customer work with its own rows", async () => {
    await asRole(database.application, customer(1), async (session) => {
      const insert = await session.query(
        "insert into public.deployments (customer_id, site_id) values (1, 1) returning id",
      );
      const update = await session.query("update public.deployments set status = 'planning'");
      const remove = await session.query("delete from public.deployments");
      expect([insert.rowCount, update.rowCount, remove.rowCount]).toEqual([1, 2, 2]);
    });
  });
});
