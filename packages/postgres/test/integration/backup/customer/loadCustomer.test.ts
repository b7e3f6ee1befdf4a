import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { readCustomerHead } from "../../../../src/backup/customer/customerFile";
import { dumpCustomer } from "../../../../src/backup/customer/dumpCustomer";
import { loadCustomer } from "../../../../src/backup/customer/loadCustomer";
import { createTenantDatabase, signWith } from "../../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../testDatabase";
import { contextOf, count, type Customers, makeCustomers, quiet } from "./customers";

let customers: Customers;
let source: Customers["source"];
let target: Customers["target"];
let folder: Customers["folder"];
let file: Customers["file"];

beforeAll(async () => {
  customers = await makeCustomers();
  ({ source, target, folder, file } = customers);
});
// After a failed set-up there is nothing to remove.
afterAll(() => (customers as Customers | undefined)?.remove());

describe("a customer that the database does not have", () => {
  beforeEach(() => target.reset());

  test("is loaded with exactly its rows, and the next ones get new numbers", async () => {
    const loaded = await customers.load(file);

    expect(await customers.everythingOf(target, "3")).toEqual(
      await customers.everythingOf(source, "3"),
    );
    expect(loaded.find(({ table }) => table === "public.teams")).toMatchObject({
      rows: 2,
      present: 0,
    });
    const settings = contextOf("3");
    for (const into of [
      "public.sites (customer_id, name, domain, cloud_provider, region) values (3, 'n', 'n.example.com', 'aws', 'x')",
      "public.teams (name) values ('new')",
      "public.users (email, full_name, password_hash) values ('new@example.com', 'n', 'x')",
    ])
      await rowsOf(target.application, `insert into ${into}`, settings);
    await target.run("insert into public.uploads (customer_id) values (3)");
    expect(await count(target, "only public.uploads where receipt > 5000000000")).toBe(2);
  });

  test("reuses rows of tables of no tenant that are the same", async () => {
    await customers.load(file);
    await target.run("update public.customers set main_upload = null");
    await target.run(
      "delete from public.cost_records where customer_id = 3; delete from public.deployments where customer_id = 3",
    );
    for (const table of ["uploads", "events", "sites"])
      await target.run(`delete from public.${table} where customer_id = 3`);
    await target.run("delete from public.customers where id = 3");
    const loaded = await customers.load(file);
    expect(loaded.filter(({ present }) => present > 0)).toEqual([
      { table: "public.teams", rows: 2, present: 2 },
      { table: "public.plans", rows: 1, present: 1 },
      { table: "public.users", rows: 1, present: 1 },
    ]);
  });

  test("is loaded with signed contexts as well", async () => {
    const signed = await createTenantDatabase("session", "signed");
    try {
      const own = join(folder, "signed.dump");
      const tables = signed.tenancy.tables;
      await dumpCustomer(signed.backup, own, { customer: "1", tenantTables: tables }, quiet);
      for (const table of ["deployments", "ecommerce_integrations", "cost_records", "sites"])
        await signed.run(`delete from public.${table} where customer_id = 1`);
      await signed.run("delete from public.customers where id = 1");
      const head = await readCustomerHead(own);
      if (head === undefined) throw new Error("no head");
      const expires = new Date(Date.now() + 60_000);
      const token = signWith(signed.keys)?.({ userRole: "customer", customerId: "1", expires });
      const loading = (context: Record<string, string>) =>
        loadCustomer(
          own,
          head,
          {
            ...{ tenantTables: tables, application: signed.application, context },
            ...{ reader: signed.backup, migrator: signed.owner, owner: signed.owner.user },
          },
          quiet,
        );

      await expect(loading(contextOf("1"))).rejects.toThrow(/row-level security refuses/);
      await loading({ ...contextOf("1"), "app.context": String(token) });
      expect(await count(signed, "public.sites where customer_id = 1")).toBe(1);
    } finally {
      await signed.drop();
    }
  });
});
