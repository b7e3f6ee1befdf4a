import type { Generated, Kysely } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  StatementRefused,
  TransactionEnded,
  TransactionLost,
} from "../../src/index";
import { withTenantKysely } from "../../src/kysely";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";

interface Schema {
  sites: { id: Generated<string>; name: string; domain: string };
  deployments: { id: Generated<string>; site_id: string; customer_id: string };
}

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let pool: DatabasePool;
const first = { userRole: "customer", customerId: 1 } as const;
const second = { userRole: "customer", customerId: 2 } as const;

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

test("concurrent queries share the transaction", async () => {
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

test("a builder's writes are rolled back with its transaction", async () => {
  const failing = withTenantKysely(pool, first, async (db: Kysely<Schema>) => {
    await db.updateTable("sites").set({ name: "Lost" }).execute();
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  const names = (db: Kysely<Schema>) => db.selectFrom("sites").select("name").execute();
  expect(await withTenantKysely(pool, first, names)).toEqual([{ name: "Site 1" }]);
});

test("a nested transaction is refused before it is sent, and the context is unchanged", async () => {
  const after = await withTenantKysely(pool, first, async (db: Kysely<Schema>) => {
    const nested = db.transaction().execute((inner) => domains(inner));
    await expect(nested).rejects.toThrow(StatementRefused);
    await expect(db.startTransaction().execute()).rejects.toThrow(StatementRefused);
    return domains(db);
  });
  expect(after).toEqual([{ domain: "site1.example.com" }]);
});

test("an escaped builder sends nothing", async () => {
  const escaped = await withTenantKysely(pool, first, (db: Kysely<Schema>) =>
    Promise.resolve({ db }),
  );
  await withTenantKysely(pool, second, async (db: Kysely<Schema>) => {
    await expect(domains(escaped.db)).rejects.toThrow(TransactionEnded);
    const stream = escaped.db.selectFrom("sites").select("domain").stream();
    await expect(stream.next()).rejects.toThrow(/ended|cursor/);
    expect(await domains(db)).toEqual([{ domain: "site2.example.com" }]);
  });
});

test("a builder that starts a query without await loses its transaction", async () => {
  let dropped: Promise<unknown> = Promise.resolve();
  const careless = withTenantKysely(pool, first, (db: Kysely<Schema>) => {
    dropped = db
      .updateTable("sites")
      .set({ name: "Late" })
      .execute()
      .catch((error: unknown) => error);
    // Kysely sends a query some turns later.
    return new Promise((done) => setImmediate(done));
  });
  await expect(careless).rejects.toThrow(TransactionLost);
  expect(await dropped).toBeInstanceOf(Error);
  const names = (db: Kysely<Schema>) => db.selectFrom("sites").select("name").execute();
  expect(await withTenantKysely(pool, first, names)).toEqual([{ name: "Site 1" }]);
});
