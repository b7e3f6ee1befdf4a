import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { bigint, pgTable, text } from "drizzle-orm/pg-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import {
  createPool,
  type DatabasePool,
  StatementRefused,
  type TransactionClient,
  TransactionEnded,
  withTenantContext,
} from "../../src/index";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";

const sites = pgTable("sites", {
  id: bigint({ mode: "bigint" }),
  name: text(),
  domain: text(),
});

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

const domains = (client: TransactionClient) =>
  drizzle(client).select({ domain: sites.domain }).from(sites);

test("Drizzle accepts the client as it is", async () => {
  expect(await withTenantContext(pool, first, domains)).toEqual([{ domain: "site1.example.com" }]);
});

test("its writes are rolled back with its transaction", async () => {
  const failing = withTenantContext(pool, first, async (client) => {
    await drizzle(client).update(sites).set({ name: "Lost" });
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  const names = await withTenantContext(pool, first, (client) =>
    drizzle(client).select({ name: sites.name }).from(sites),
  );
  expect(names).toEqual([{ name: "Site 1" }]);
});

test("its prepared query is prepared again in each transaction", async () => {
  const prepared = (client: TransactionClient) =>
    drizzle(client).select({ domain: sites.domain }).from(sites).prepare("domains").execute();
  expect(await withTenantContext(pool, first, prepared)).toEqual([{ domain: "site1.example.com" }]);
  expect(await withTenantContext(pool, second, prepared)).toEqual([
    { domain: "site2.example.com" },
  ]);
});

test("its own transaction is refused, and an escaped handle sends nothing", async () => {
  const escaped = await withTenantContext(pool, first, async (client) => {
    const db = drizzle(client);
    const nested = db.transaction((inner) => inner.execute(sql`select 1`));
    await expect(nested).rejects.toMatchObject({ cause: expect.any(StatementRefused) as object });
    return { db };
  });
  await withTenantContext(pool, second, async () => {
    const late = escaped.db.select().from(sites).execute();
    await expect(late).rejects.toMatchObject({ cause: expect.any(TransactionEnded) as object });
  });
});
