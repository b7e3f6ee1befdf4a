import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { applyTablePrivileges } from "../../../src/audit/missingPrivileges";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import type { DeclaredAccess } from "../../../src/audit/declaredAccess";
import { dumpTable } from "../dumpTable";
import { twoCustomers } from "../rowLevelSecurity/twoCustomers";
import { rowsOf } from "../testDatabase";
import { boundTo, createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let audit: DeclaredAccess;
let application: string;
let reader: string;
let backup: string;

const customer = { "app.current_customer_id": "1", "app.current_user_role": "customer" };

beforeAll(async () => {
  database = await createAuditedDatabase();
  const column = "customer_id";
  audit = {
    ...database.audit,
    tenancy: {
      ...database.audit.tenancy,
      tables: [
        ...database.audit.tenancy.tables,
        { schema: "public", table: "visits", column },
        { schema: "public", table: "notes", column },
      ],
    },
  };
  application = database.own("app_user");
  reader = database.own("app_readonly");
  backup = database.own("app_backup");
  await database.run(`
    ${twoCustomers};
    set role ${database.owner};
    create table public.visits (customer_id bigint not null references public.customers, at date)
      partition by range (at);
    create index on public.visits (customer_id);
    create table public.notes (customer_id bigint not null references public.customers, at date);
    create index on public.notes (customer_id)`);
  await applyRowLevelSecurity(database.session("hosterizer_migrator"), {
    tenancy: audit.tenancy,
    owner: database.owner,
  });
});

afterAll(() => database.drop());

beforeEach(grant);

async function grant() {
  for (const wanted of boundTo(audit))
    await applyTablePrivileges(database.session("hosterizer_migrator"), wanted);
}

async function privilegesOn(table: string): Promise<string[]> {
  const rows = await rowsOf<{ held: string }>(
    database.superuser,
    `select pg_catalog.pg_get_userbyid(e.grantee) || ' ' || e.privilege_type as held
       from pg_catalog.pg_class as c cross join lateral pg_catalog.aclexplode(c.relacl) as e
      where c.oid = '${table}'::pg_catalog.regclass and e.grantee <> c.relowner order by 1`,
  );
  return rows.map(({ held }) => held);
}

/** What a query can name directly, with its SQL; each contains a row of both customers. */
const closed = [
  {
    what: "a partition",
    name: "public.visits_2026",
    make: `create table public.visits_2026 partition of public.visits
             for values from ('2026-01-01') to ('2027-01-01');
           reset role; insert into public.visits values (1, '2026-02-03'), (2, '2026-02-03')`,
    through: "public.visits where at = '2026-02-03'",
    end: "drop table public.visits_2026",
  },
  {
    what: "a partition of a partition",
    name: "public.visits_2027_1",
    make: `create table public.visits_2027 partition of public.visits
             for values from ('2027-01-01') to ('2028-01-01') partition by list (customer_id);
           create table public.visits_2027_1 partition of public.visits_2027 default;
           reset role; insert into public.visits values (1, '2027-02-03'), (2, '2027-02-03')`,
    through: "public.visits where at = '2027-02-03'",
    end: "drop table public.visits_2027",
  },
  {
    what: "a table that is attached",
    name: '"public"."visits 2028"',
    make: `create table public."visits 2028" (customer_id bigint not null references public.customers, at date);
           reset role; insert into public."visits 2028" values (1, '2028-02-03'), (2, '2028-02-03');
           alter table public.visits attach partition public."visits 2028"
             for values from ('2028-01-01') to ('2029-01-01')`,
    through: "public.visits where at = '2028-02-03'",
    end: 'drop table public."visits 2028"',
  },
  {
    what: "a child by inheritance",
    name: "public.old_notes",
    make: `create table public.old_notes () inherits (public.notes);
           reset role; insert into public.old_notes values (1, '2020-02-03'), (2, '2020-02-03')`,
    through: "public.notes where at = '2020-02-03'",
    end: "drop table public.old_notes",
  },
];

test.each(closed)(
  "$what is closed from the start, and its rows are reached through its table",
  async ({ name, make, through, end }) => {
    // The superuser reads the rows: no policy binds it.
    await database.run(`set role ${database.owner}; ${make}`);
    const app = database.session("app_user");
    const direct = await rowsOf(app, `select from ${name}`, customer).catch((e: unknown) => e);
    const own = await rowsOf(app, `select customer_id from ${through}`, customer);
    const held = await privilegesOn(name);
    const dump = await dumpTable(database.session("app_backup"), name);
    const found = await database.lines(audit);
    await grant();
    const afterwards = await privilegesOn(name);
    await database.run(end);

    expect(direct).toMatchObject({ code: "42501" });
    expect(own).toEqual([{ customer_id: "1" }]);
    expect(held).toEqual([`${backup} SELECT`]);
    expect(dump.match(/\t20\d\d-02-03/g)).toHaveLength(2);
    // Nothing to grant on it, and nothing to revoke.
    expect(found).toEqual([]);
    expect(afterwards).toEqual(held);
  },
);

test("a partition created by automation with the owner's rights is closed from the start", async () => {
  await database.run(`set role ${database.owner};
    create function public.add_partition() returns void language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
    begin
      create table public.visits_2031 partition of public.visits
        for values from ('2031-01-01') to ('2032-01-01');
    end $$;
    reset role;
    grant execute on function public.add_partition() to ${application};
    set role ${application};
    select public.add_partition()`);
  const held = await privilegesOn("public.visits_2031");
  await database.run("drop table public.visits_2031; drop function public.add_partition()");

  expect(held).toEqual([`${backup} SELECT`]);
});

test("privileges that automation copies from a table to its partition are revoked", async () => {
  await database.run(`set role ${database.owner};
    create table public.visits_2032 partition of public.visits
      for values from ('2032-01-01') to ('2033-01-01');
    grant select, insert on public.visits_2032 to ${application};
    grant select (at) on public.visits_2032 to ${reader};
    grant select on public.visits_2032 to public`);
  const found = await database.lines(audit);
  await database.repair(undefined, audit);
  const held = await privilegesOn("public.visits_2032");
  const left = await database.lines(audit);
  await database.run("drop table public.visits_2032");

  expect(found.toSorted()).toEqual(
    [
      `column public.visits_2032.at: found SELECT to ${reader}, expected no SELECT to ${reader}`,
      "table public.visits_2032: found SELECT to PUBLIC, expected no SELECT to PUBLIC",
      `table public.visits_2032: found INSERT, SELECT to ${application}, expected no INSERT, SELECT to ${application}`,
    ].toSorted(),
  );
  expect(held).toEqual([`${backup} SELECT`]);
  expect(left).toEqual([]);
});

test("a table created by hand is closed from the start", async () => {
  await database.run(`set role ${database.owner}; create table public.jottings (jotting text)`);
  const held = await privilegesOn("public.jottings");
  await database.run("drop table public.jottings");

  expect(held).toEqual([`${backup} SELECT`]);
});

test("a detached partition stays closed, and is refused until someone decides", async () => {
  await database.run(`set role ${database.owner};
    create table public.visits_2033 partition of public.visits
      for values from ('2033-01-01') to ('2034-01-01');
    alter table public.visits detach partition public.visits_2033`);
  const held = await privilegesOn("public.visits_2033");
  const security = { tenancy: audit.tenancy, owner: database.owner };
  const applied = applyRowLevelSecurity(database.session("hosterizer_migrator"), security);
  await expect(applied).rejects.toThrow("table public.visits_2033 is not declared");
  await database.run("drop table public.visits_2033");

  expect(held).toEqual([`${backup} SELECT`]);
});

test("a partition that is itself declared gets grants like any table", async () => {
  await database.run(`set role ${database.owner};
    create table public.visits_2034 partition of public.visits
      for values from ('2034-01-01') to ('2035-01-01')`);
  const tables = [
    ...audit.tenancy.tables,
    { schema: "public", table: "visits_2034", column: "customer_id" },
  ];
  const declared = { ...audit, tenancy: { ...audit.tenancy, tables } };
  for (const wanted of boundTo(declared))
    await applyTablePrivileges(database.session("hosterizer_migrator"), wanted);
  const held = await privilegesOn("public.visits_2034");
  await database.run("drop table public.visits_2034");

  expect(held).toContain(`${application} INSERT`);
});

test("a default privilege on tables is revoked from a role that policies bind", async () => {
  await database.run(`alter default privileges for role ${database.owner} in schema public
    grant select on tables to ${application}`);
  const found = await database.lines(audit);
  await database.repair(undefined, audit);

  expect(found).toEqual([
    `default privileges of ${database.owner} on tables in schema public: ` +
      `found SELECT to ${application}, expected no SELECT to ${application}`,
  ]);
  expect(await database.lines(audit)).toEqual([]);
});

test("no role that policies bind may read a materialized view of tenant tables, even through other views", async () => {
  await database.run(`set role ${database.owner};
    create view public.months with (security_invoker = true) as select at from public.visits;
    create materialized view public.busy as select at, pg_catalog.count(*) from public.months group by at;
    create table public.jottings (jotting text);
    create materialized view public.domains as select jotting from public.jottings`);
  await grant();
  const born = await privilegesOn("public.busy");
  const ofNoTenant = await privilegesOn("public.domains");
  await database.run(`set role ${database.owner};
    grant select on public.busy to ${application}, ${reader}`);
  await database.repair(undefined, audit);
  const held = await privilegesOn("public.busy");
  await database.run(
    "drop materialized view public.busy, public.domains; drop view public.months; drop table public.jottings",
  );

  expect(born).toEqual([`${backup} SELECT`]);
  expect(ofNoTenant).toContain(`${reader} SELECT`);
  expect(held).toEqual(born);
});

test("names and grants what is missing on a table, a view and a partitioned table", async () => {
  await database.run(`set role ${database.owner};
    create view public.addresses with (security_invoker = true) as select email from public.users;
    revoke insert on public.sites from ${application};
    revoke insert, delete on public.visits from ${application}`);
  const found = await database.lines(audit);
  await grant();
  const left = await database.lines(audit);
  await database.run("drop view public.addresses");

  const all = "DELETE, INSERT, SELECT, UPDATE";
  expect(found).toEqual([
    `table public.sites: found no INSERT to ${application}, expected INSERT to ${application}`,
    `table public.visits: found no DELETE, INSERT to ${application}, expected DELETE, INSERT to ${application}`,
    `view public.addresses: found no ${all} to ${application}, expected ${all} to ${application}`,
    `view public.addresses: found no SELECT to ${reader}, expected SELECT to ${reader}`,
  ]);
  expect(left).toEqual([]);
});
