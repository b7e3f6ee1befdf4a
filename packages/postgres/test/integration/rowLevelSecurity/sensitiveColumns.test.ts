import { afterEach, beforeEach, expect, test } from "vitest";

import { inspectStoredValues } from "../../../src/rowLevelSecurity/sensitiveColumns";
import { convergeWith } from "../../../src/convergence/converge";
import { withClient } from "../../../src/connection/connection";
import type { Finding } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";
import { rowsOf } from "../testDatabase";
import { asRole, customer } from "./asRole";
import { bisectValue } from "./bisectValue";
import { createTenantDatabase } from "./tenantDatabase";

const secret = "umbra-4711";
const columns = ["name", "domain"];
const stored = `
  select starelid::regclass::text || '.' || staattnum as of from pg_statistic
   where starelid in ('public.sites'::regclass, 'public.sites_lower_domain_idx'::regclass)
     and (staattnum = 3 or staattnum = 4 or starelid <> 'public.sites'::regclass)
   union all
  select 'extended' from pg_statistic_ext_data`;

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let tenancy: Tenancy;
beforeEach(async () => {
  database = await createTenantDatabase("session");
  tenancy = {
    ...database.tenancy,
    sensitiveColumns: [{ schema: "public", table: "sites", columns }],
  };
  // Customer 2 has many sites of one name, which only it may know.
  await database.run(`set role ${database.owner.user};
    alter table public.sites no force row level security;
    drop index public.sites_customer_id_lower_domain_key;
    create index sites_lower_domain_idx on public.sites (lower(domain));
    create statistics public.sites_names on name, region from public.sites;
    insert into public.sites (customer_id, name, domain, cloud_provider, region)
    select 2, case when n % 10 < 7 then '${secret}' else md5(n::text) end,
              case when n % 10 < 7 then '${secret}' else md5(n::text) end, 'aws', 'eu'
      from generate_series(1, 1000) as n;
    alter table public.sites force row level security;
    reset role;
    analyze`);
});
afterEach(() => database.drop());

function attack(column: string): Promise<string> {
  return asRole(database.application, customer(1), (session) => bisectValue(session, column));
}

/** Repairs what a superuser's session finds, as the audit does. */
function discard(): Promise<Finding[]> {
  const { superuser } = database;
  return withClient(superuser, "test", (client) =>
    convergeWith(client, { owner: superuser.user }, () => inspectStoredValues(client, tenancy)),
  );
}

const drift = async () =>
  (
    await readRowLevelSecurityDrift(database.owner, { ...database.security, tenancy }, Infinity)
  ).map(({ object, actual }) => `${object}: ${actual ?? ""}`);
const converge = () => applyRowLevelSecurity(database.owner, { ...database.security, tenancy });

test.each(["name", "lower(domain)"])(
  "bisection finds another tenant's %s, until its column is declared sensitive",
  async (column) => {
    expect(await attack(column)).toBe(secret);
    await converge();
    await database.run("analyze");
    expect(await attack(column)).toBe("");
  },
);

test("the owner discards what was collected, and it is not collected again", async () => {
  expect(await rowsOf(database.superuser, stored)).toHaveLength(4);
  expect((await drift()).sort()).toEqual([
    "column public.sites.domain: the default number of values",
    "column public.sites.name: the default number of values",
    "index public.sites_lower_domain_idx, column 1: the default number of values",
    "statistics public.sites_names: the default number of values",
  ]);
  await converge();
  expect(await rowsOf(database.superuser, stored)).toEqual([]);
  await database.run("analyze");
  expect(await rowsOf(database.superuser, stored)).toEqual([]);
  expect(await drift()).toEqual([]);
});

test("a superuser discards it without locking the table against readers", async () => {
  const reader = await asRole(database.application, customer(1), async (session) => {
    await session.query("select from public.sites");
    expect(await discard()).toHaveLength(4);
    return (await session.query("select from public.sites")).rowCount;
  });
  expect(reader).toBe(1);
  expect(await rowsOf(database.superuser, stored)).toEqual([]);
  expect(await discard()).toEqual([]);
  expect(await drift()).toEqual([]);
});

test("a superuser finds what was left when a target was set by hand", async () => {
  await database.run(`alter table public.sites alter name set statistics 0; analyze`);
  expect(await discard()).toContainEqual(
    expect.objectContaining({
      kind: "column statistics",
      object: "column public.sites.name",
      actual: "values that were collected before",
    }),
  );
  expect(await attack("name")).toBe("");
});

test("generated columns, expressions of several columns and partitions are included", async () => {
  await database.run(`set role ${database.owner.user};
    create table public.visits (customer_id bigint not null, path text not null,
      shout text generated always as (upper(path)) stored) partition by list (customer_id);
    create table public.visits_1 partition of public.visits for values in (1, 2);
    create index on public.visits ((customer_id || path), (customer_id + 1));
    insert into public.visits select 1 + n % 2, 'p' || n from generate_series(1, 1000) as n;
    reset role;
    analyze`);
  tenancy = {
    ...tenancy,
    sensitiveColumns: [{ schema: "public", table: "visits", columns: ["path"] }],
    exemptTables: [
      { schema: "public", table: "visits", reason: "only its statistics matter here" },
    ],
  };
  const expected = [
    "column public.visits.path",
    "column public.visits.shout",
    "column public.visits_1.path",
    "column public.visits_1.shout",
    // Only the first expression is of the path: what an index on it holds beside it is not told apart.
    "index public.visits_1_expr_expr1_idx, column 1",
    "index public.visits_1_expr_expr1_idx, column 2",
    "index public.visits_expr_expr1_idx, column 1",
    "index public.visits_expr_expr1_idx, column 2",
  ];
  expect((await drift()).map((line) => line.replace(/: .*/, "")).sort()).toEqual(expected);
  const found = await discard();
  expect(found.map(({ object }) => object).sort()).toEqual(expected);
  expect(await drift()).toEqual([]);
});

test("what a view shows stays until a superuser discards it, and nothing is added", async () => {
  await database.run(`set role ${database.owner.user};
    create view public.names with (security_invoker) as select name from public.sites`);
  await converge();
  expect(await drift()).toEqual([]);
  expect(await rowsOf(database.superuser, stored)).toEqual([{ of: "sites.3" }, { of: "extended" }]);
  await discard();
  expect(await rowsOf(database.superuser, stored)).toEqual([]);
});

test("a declared column that does not exist is refused", async () => {
  tenancy = {
    ...tenancy,
    sensitiveColumns: [{ schema: "public", table: "sites", columns: ["nmae"] }],
  };
  await expect(converge()).rejects.toThrow(
    "column public.sites.nmae is missing, expected a column: name an existing column in sensitiveColumns of database/tenancy.ts",
  );
});
