import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import type { ExemptTable } from "../../../src/rowLevelSecurity/tenancy";
import { createTenantDatabase } from "./tenantDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

beforeEach(() =>
  database.run(`
    drop foreign data wrapper if exists made_by_hand cascade;
    drop schema if exists made cascade;
    create schema made;
    drop table if exists public.made, public.made_too cascade`),
);

afterAll(() => database.drop());

function security(exemptTables: readonly ExemptTable[] = []) {
  return { ...database.security, tenancy: { ...database.tenancy, exemptTables } };
}

const drift = (exemptTables?: readonly ExemptTable[]) =>
  readRowLevelSecurityDrift(database.owner, security(exemptTables), 0);

test.each<[what: string, sql: string, object: string, actual: string, reason: string]>([
  [
    "a table with a column named like a tenant's",
    "create table public.made (customer_id text)",
    "table public.made",
    "tenant column customer_id",
    'add { schema: "public", table: "made", column: "customer_id" } to tables',
  ],
  [
    "a partitioned table, and none of its partitions",
    `create table public.made (customer_id bigint) partition by list (customer_id);
     create table public.made_too partition of public.made default`,
    "table public.made",
    "tenant column customer_id",
    'column: "customer_id"',
  ],
  [
    "a table with children, and none of them",
    `create table public.made (customer_id bigint);
     create table public.made_too (also text) inherits (public.made)`,
    "table public.made",
    "tenant column customer_id",
    'column: "customer_id"',
  ],
  [
    "a foreign key to a tenant, in whatever schema",
    "create table made.invoices (payer bigint references public.customers)",
    "table made.invoices",
    "foreign key invoices_payer_fkey to tenant table public.customers",
    'add { schema: "made", table: "invoices", column: "payer" } to tables',
  ],
  [
    "a foreign key to a site and its tenant",
    `create table made.visits (site bigint, client bigint,
       foreign key (site, client) references public.sites (id, customer_id))`,
    "table made.visits",
    "foreign key visits_site_client_fkey to tenant table public.sites",
    'column: "client"',
  ],
  [
    "a foreign key to a tenant's row without its tenant",
    "create table made.visits (site bigint references public.sites)",
    "table made.visits",
    "foreign key visits_site_fkey to tenant table public.sites",
    "add one in a migration and declare the table",
  ],
  [
    "a foreign table",
    `create foreign data wrapper made_by_hand; create server made_by_hand foreign data wrapper made_by_hand;
     create foreign table made.far (id bigint) server made_by_hand;
     create foreign table public.made (customer_id bigint) server made_by_hand`,
    "foreign table public.made",
    "tenant column customer_id",
    "PostgreSQL has no row-level security on foreign tables",
  ],
])("names %s", async (_what, sql, object, actual, reason) => {
  await database.run(sql);
  expect(await drift()).toMatchObject([
    {
      kind: "tenant table not declared",
      object,
      expected: null,
      actual,
      repair: "refused",
      reason: expect.stringContaining(reason) as string,
    },
  ]);
  const [schema = "", table = ""] = object.split(" ").at(-1)?.split(".") ?? [];
  expect(await drift([{ schema, table, reason: "everyone may see it" }])).toEqual([]);
});

test.each([
  ["a view", "create view public.made_by_view as select customer_id from public.sites"],
  ["a table of other things", "create table public.made (id bigint, name text)"],
  ["a table elsewhere that leads nowhere", "create table made.there (customer_id bigint)"],
  ["a temporary table", "create temporary table made (customer_id bigint)"],
])("ignores %s", async (_what, sql) => {
  await database.run(sql);
  expect(await drift()).toEqual([]);
});

test("an update closes the declared tables, then fails and names every table to decide about", async () => {
  await database.run(`
    create table public.made (customer_id bigint);
    create table public.made_too (customer_id bigint);
    alter table public.sites disable row level security`);
  const update = applyRowLevelSecurity(database.owner, security());
  await expect(update).rejects.toThrow(
    /Everything else is as declared[^]*\n- table public\.made is not declared[^]*\n- table public\.made_too is not declared/,
  );
  expect((await drift()).map(({ kind }) => kind)).toEqual([
    "tenant table not declared",
    "tenant table not declared",
  ]);
});
