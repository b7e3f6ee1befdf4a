import { afterAll, beforeAll, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import type { RowLevelSecurity } from "../../../src/rowLevelSecurity/tenancy";
import { asRole, customer } from "./asRole";
import { createTenantDatabase } from "./tenantDatabase";

/** What a query can name directly: a table, its partitions of both levels, a table with a child. */
const relations = [
  "public.events",
  "public.events_2026",
  '"public"."events 2026 rest"',
  "public.notes",
  "public.old_notes",
];

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let security: RowLevelSecurity;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  const column = "customer_id";
  const tables = [
    ...database.tenancy.tables,
    { schema: "public", table: "events", column },
    { schema: "public", table: "notes", column },
  ];
  security = { ...database.security, tenancy: { ...database.tenancy, tables } };
  await database.run(`
    set role ${database.owner.user};
    create table public.events (
      customer_id bigint not null references public.customers, at date not null
    ) partition by range (at);
    create index on public.events (customer_id);
    create table public.events_2026 partition of public.events
      for values from ('2026-01-01') to ('2027-01-01') partition by list (customer_id);
    create table public."events 2026 rest" partition of public.events_2026 default;
    create table public.notes (
      customer_id bigint not null references public.customers, at date not null
    );
    create index on public.notes (customer_id);
    create table public.old_notes () inherits (public.notes);
    insert into public.events select n, '2026-01-01' from generate_series(1, 2) as n;
    insert into public.old_notes select n, '2026-01-01' from generate_series(1, 2) as n;
    grant select, insert on all tables in schema public to ${database.application.user}`);
  await applyRowLevelSecurity(database.owner, security);
});

afterAll(() => database.drop());

async function lines(): Promise<string[]> {
  const drift = await readRowLevelSecurityDrift(database.owner, security, 0);
  return drift.map(renderDifference);
}

test("finds nothing to do on tables with partitions and children", async () => {
  expect(await lines()).toEqual([]);
});

test.each(relations)("a customer sees only its own rows in %s", async (relation) => {
  await asRole(database.application, customer(2), async (session) => {
    const { rows } = await session.query(`select customer_id from ${relation}`);
    expect(rows).toEqual([{ customer_id: "2" }]);
  });
});

test.each(relations)("a customer cannot write a row of another one into %s", async (relation) => {
  const write = asRole(database.application, customer(2), (session) =>
    session.query(`insert into ${relation} (customer_id, at) values (1, '2026-01-01')`),
  );
  await expect(write).rejects.toMatchObject({ code: "42501" });
});

test("a customer still writes its own rows through the table", async () => {
  await asRole(database.application, customer(2), async (session) => {
    const sql = "insert into public.events (customer_id, at) values (2, '2026-01-01')";
    expect((await session.query(sql)).rowCount).toBe(1);
  });
});

test("a partition created by hand is named with what it exposes, and closed", async () => {
  await database.run(`
    set role ${database.owner.user};
    create table public.events_2027 partition of public.events
      for values from ('2027-01-01') to ('2028-01-01')`);
  expect(await lines()).toEqual([
    expect.stringMatching(/^table public\.events_2027: found row-level security disabled/),
    expect.stringMatching(/^table public\.events_2027: found row-level security not forced/),
    expect.stringMatching(/^policy context_sees_own on public\.events_2027 is missing/),
    expect.stringMatching(/^policy backup_reads_all on public\.events_2027 is missing/),
  ]);
  await applyRowLevelSecurity(database.owner, security);
  expect(await lines()).toEqual([]);
});

test("a policy on a partition is reported like one on its table", async () => {
  await database.run(`
    alter policy context_sees_own on public."events 2026 rest" using (true);
    create policy open on public.old_notes using (true)`);
  expect(await lines()).toEqual([
    expect.stringMatching(
      /^policy context_sees_own on public\."events 2026 rest": found USING true/,
    ),
    expect.stringMatching(/^policy open on public\.old_notes is not declared/),
  ]);
  await applyRowLevelSecurity(database.owner, security);
  expect(await lines()).toEqual([]);
});

test("a child of another owner is refused with its remedy, after everything else is repaired", async () => {
  await database.run(`
    create table public.copied_notes () inherits (public.notes);
    alter table public.notes no force row level security`);
  await expect(applyRowLevelSecurity(database.owner, security)).rejects.toThrow(
    /- table public\.copied_notes: found row-level security disabled.*: the table belongs to postgres: alter table public\.copied_notes owner to "owner_/,
  );
  expect(await lines()).not.toContainEqual(expect.stringMatching(/table public\.notes/));
  await database.run(`alter table public.copied_notes owner to ${database.owner.user}`);
  await applyRowLevelSecurity(database.owner, security);
  expect(await lines()).toEqual([]);
});
