import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { migrate } from "../../../src/migrations/migrate";
import {
  createMigrationDatabase,
  type MigrationDatabase,
  realMigrations,
} from "./migrationDatabase";

const fixture = `
  insert into users (email, password_hash, full_name, role) values
    ('Ada@Example.com', 'x', 'Ada', 'administrator'), ('bob@example.com', 'x', 'Bob', 'customer');
  insert into customers (owner_user_id, name) values (1, 'Acme'), (2, 'Globex');
  insert into sites (customer_id, name, domain, cloud_provider, region) values
    (1, 'Shop', 'shop.acme.example', 'aws', 'eu-west-1'), (2, 'Blog', 'globex.example', 'gcp', 'europe-west1');
  insert into deployments (customer_id, site_id) values (1, 1);
  insert into policies (name, kind, rules) values ('Small only', 'resource_limit', '{"max_vcpus": 4}');
  insert into ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
    values (1, 1, 'shopify', 'https://acme.example', 'x');
  insert into cost_records (customer_id, site_id, cost_date, amount, currency)
    values (1, 1, '2026-01-01', 1.5, 'EUR');`;

const uniqueViolation = "23505";
const foreignKeyViolation = "23503";
const checkViolation = "23514";
const notNullViolation = "23502";
const generatedAlways = "428C9";

describe("the guide's tables", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await migrate({ ...database.settings, directory: realMigrations });
    await database.run(fixture);
  });
  afterAll(() => database.drop());

  /** Runs statements in a transaction that is rolled back, and returns the last one's rows. */
  const attempt = async (...statements: string[]) => {
    const client = new Client(database.superuser);
    await client.connect();
    try {
      await client.query("begin");
      let rows: Record<string, unknown>[] = [];
      for (const sql of statements) {
        ({ rows } = await client.query<Record<string, unknown>>(sql));
      }
      return rows;
    } finally {
      await client.end();
    }
  };
  const site = "insert into sites (customer_id, name, domain, cloud_provider, region) values";

  test.each([
    ["users", "role", "root"],
    ["customers", "tier", "gold"],
    ["customers", "status", "gone"],
    ["sites", "cloud_provider", "oracle"],
    ["sites", "deployment_status", "maybe"],
    ["deployments", "status", "maybe"],
    ["policies", "kind", "mood"],
    ["ecommerce_integrations", "platform", "magento"],
    ["ecommerce_integrations", "status", "maybe"],
  ])("refuse in %s the %s '%s'", async (table, column, value) => {
    const constraint = `${table}_${column}_check`;
    const update = attempt(`update ${table} set ${column} = '${value}'`);
    await expect(update).rejects.toMatchObject({ code: checkViolation, constraint });
  });

  test.each([
    ["sites", "cloud_provider", ["aws", "azure", "gcp", "digitalocean", "akamai"]],
    ["users", "role", ["administrator", "customer"]],
    ["customers", "tier", ["standard", "premium"]],
    ["policies", "kind", ["resource_limit", "security", "cost"]],
    ["ecommerce_integrations", "platform", ["shopify", "woocommerce", "bigcommerce"]],
  ])("accept in %s every %s of the platform", async (table, column, values) => {
    for (const value of values) {
      const rows = await attempt(`update ${table} set ${column} = '${value}' returning 1 as one`);
      expect(rows).toContainEqual({ one: 1 });
    }
  });

  test.each([
    ["customers", "white_label_config"],
    ["sites", "configuration"],
    ["policies", "rules"],
    ["cost_records", "breakdown"],
  ])("refuse in %s a %s that is not an object", async (table, column) => {
    const update = attempt(`update ${table} set ${column} = '[]'`);
    await expect(update).rejects.toMatchObject({ code: checkViolation });
  });

  test.each([
    "users",
    "customers",
    "sites",
    "deployments",
    "policies",
    "ecommerce_integrations",
    "cost_records",
  ])("set updated_at in %s with every update, whatever the update says", async (table) => {
    const rows = await attempt(
      `update ${table} set updated_at = '2000-01-01' where id = 1
      returning updated_at = now() as moved, created_at < now() as kept`,
    );
    expect(rows).toEqual([{ moved: true, kept: true }]);
  });

  test("accept an e-mail address once, regardless of case", async () => {
    const insert = attempt(
      "insert into users (email, password_hash, full_name) values ('ADA@example.COM', 'x', 'Eve')",
    );
    await expect(insert).rejects.toMatchObject({
      code: uniqueViolation,
      constraint: "users_lower_email_key",
    });
  });

  test.each(["ada", "ada@", "@example.com", "a b@example.com", `${"a".repeat(250)}@example.com`])(
    "refuse the e-mail address '%s'",
    async (email) => {
      const update = attempt(`update users set email = '${email}' where id = 1`);
      await expect(update).rejects.toMatchObject({ constraint: "users_email_check" });
    },
  );

  test("refuse MFA without a secret, and a negative number of failed logins", async () => {
    const mfa = attempt("update users set mfa_enabled = true");
    await expect(mfa).rejects.toMatchObject({ constraint: "users_mfa_secret_check" });
    const logins = attempt("update users set failed_login_attempts = -1");
    await expect(logins).rejects.toMatchObject({ code: checkViolation });
  });

  test.each([
    "insert into deployments (customer_id, site_id) values (1, 2)",
    `insert into ecommerce_integrations (customer_id, site_id, platform, store_url, encrypted_credentials)
    values (1, 2, 'shopify', 'https://acme.example', 'x')`,
    `insert into cost_records (customer_id, site_id, cost_date, amount, currency)
    values (1, 2, '2026-01-02', 1, 'EUR')`,
    "update deployments set site_id = 2",
    "update cost_records set customer_id = 2",
    "update sites set customer_id = 2 where id = 1",
  ])("refuse a child of another tenant's site: %s", async (sql) => {
    await expect(attempt(sql)).rejects.toMatchObject({ code: foreignKeyViolation });
  });

  test.each(["deployments", "ecommerce_integrations", "cost_records", "sites"])(
    "refuse in %s a row without a tenant",
    async (table) => {
      const update = attempt(`update ${table} set customer_id = null`);
      await expect(update).rejects.toMatchObject({ code: notNullViolation });
    },
  );

  test.each([
    ["users", "1", "customers_owner_user_id_fkey"],
    ["customers", "1", "sites_customer_id_fkey"],
    ["sites", "1", "deployments_site_id_customer_id_fkey"],
  ])("keep a row of %s that others reference", async (table, id, constraint) => {
    const deletion = attempt(`delete from ${table} where id = ${id}`);
    await expect(deletion).rejects.toMatchObject({ code: foreignKeyViolation, constraint });
  });

  test("keep a site while it has costs, even without deployments", async () => {
    const deletion = attempt("delete from deployments", "delete from sites where id = 1");
    await expect(deletion).rejects.toMatchObject({
      constraint: "cost_records_site_id_customer_id_fkey",
    });
  });

  test("delete a purged site's credentials with it", async () => {
    const rows = await attempt(
      "delete from deployments",
      "delete from cost_records",
      "delete from sites where id = 1",
      "select id from ecommerce_integrations",
    );
    expect(rows).toEqual([]);
  });

  test("record one cost per site and day", async () => {
    const second = `insert into cost_records (customer_id, site_id, cost_date, amount, currency)
      values (1, 1, '2026-01-01', 2, 'EUR')`;
    await expect(attempt(second)).rejects.toMatchObject({
      code: uniqueViolation,
      constraint: "cost_records_site_id_cost_date_key",
    });
    const again = `${second} on conflict (site_id, cost_date) do update set amount = excluded.amount
      returning amount`;
    expect(await attempt(again)).toEqual([{ amount: "2.0000" }]);
  });

  test.each([
    ["currency", "eur"],
    ["currency", "EURO"],
    ["amount", "NaN"],
  ])("refuse a cost with the %s '%s'", async (column, value) => {
    const update = attempt(`update cost_records set ${column} = '${value}'`);
    await expect(update).rejects.toMatchObject({ code: checkViolation });
  });

  test("free only the domain of a soft-deleted site", async () => {
    const twin = `${site} (1, 'Twin', 'SHOP.acme.example', 'aws', 'eu-west-1')`;
    await expect(attempt(twin)).rejects.toMatchObject({ code: uniqueViolation });
    await attempt("update sites set deleted_at = now() where id = 1", twin);
  });

  test("reveal to no customer which domains another hosts", async () => {
    await attempt(`${site} (2, 'Same', 'shop.acme.example', 'aws', 'eu-west-1')`);
  });

  test.each([
    "update deployments set status = 'succeeded'",
    "update deployments set finished_at = now()",
    `update deployments set status = 'failed', started_at = now(), finished_at = now() - interval '1 s'`,
  ])("refuse a deployment whose end and status disagree: %s", async (sql) => {
    const constraint = "deployments_finished_at_check";
    await expect(attempt(sql)).rejects.toMatchObject({ code: checkViolation, constraint });
  });

  test.each([
    "users",
    "customers",
    "sites",
    "deployments",
    "policies",
    "ecommerce_integrations",
    "cost_records",
  ])("generate the ids of %s", async (table) => {
    await expect(attempt(`insert into ${table} (id) values (99)`)).rejects.toMatchObject({
      code: generatedAlways,
    });
  });

  test("find policies by their rules through the index", async () => {
    const plan = await attempt(
      "set local enable_seqscan = off",
      `explain select from policies where rules @> '{"max_vcpus": 4}'`,
    );
    expect(JSON.stringify(plan)).toContain("policies_rules_idx");
  });
});
