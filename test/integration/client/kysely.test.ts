import type { Generated, Kysely } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { createPool, type DatabasePool, TransactionLost } from "../../../client/index";
import { withTenantKysely } from "../../../client/kysely";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";

interface Schema {
  sites: { id: Generated<string>; name: string; domain: string };
  deployments: { id: Generated<string>; site_id: string; customer_id: string };
}

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;
const first = { userRole: "customer", customerId: 1 } as const;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

beforeEach(() => {
  const { host, port, database: name, user, password = "" } = database.application;
  pool = createPool({ host, port, database: name, credentials: { user, password } });
});

afterEach(() => pool.end());

const domains = (db: Kysely<Schema>) => db.selectFrom("sites").select("domain").execute();

test("a query builder sees one tenant's rows", async () => {
  expect(await withTenantKysely(pool, first, domains)).toEqual([{ domain: "site1.example.com" }]);
});

test("queries at the same time share the transaction", async () => {
  const both = await withTenantKysely(pool, first, (db: Kysely<Schema>) =>
    Promise.all([
      domains(db),
      db
        .selectFrom("deployments")
        .select(({ fn }) => fn.countAll<string>().as("n"))
        .execute(),
    ]),
  );
  expect(both).toEqual([[{ domain: "site1.example.com" }], [{ n: "1" }]]);
  expect(pool.totalCount).toBe(1);
});

test("what a builder wrote is taken back with its transaction", async () => {
  const failing = withTenantKysely(pool, first, async (db: Kysely<Schema>) => {
    await db.updateTable("sites").set({ name: "Lost" }).execute();
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  const names = (db: Kysely<Schema>) => db.selectFrom("sites").select("name").execute();
  expect(await withTenantKysely(pool, first, names)).toEqual([{ name: "Site 1" }]);
});

test("a transaction within is noticed, because it would end the context", async () => {
  const nested = withTenantKysely(pool, first, (db: Kysely<Schema>) =>
    db.transaction().execute((inner) => domains(inner)),
  );
  await expect(nested).rejects.toThrow(TransactionLost);
});
