import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { IsolationProof } from "../../../src/isolation/isolationProof";
import { proveIsolation } from "../../../src/isolation/proveIsolation";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";
import { createTenantDatabase, signWith } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";
import { only } from "./only";

const contracts = [
  ["session", "session"],
  ["role", "session"],
  ["session", "signed"],
  ["role", "signed"],
] as const;

describe.each(contracts)("administrators from the %s, context: %s", (kind, context) => {
  let database: Awaited<ReturnType<typeof createTenantDatabase>>;
  /** A proof that several tests ask about, and what the database contained before and after it. */
  let proof: IsolationProof;
  const traces: unknown[] = [];
  beforeAll(async () => {
    database = await createTenantDatabase(kind, context);
    traces.push(await contents());
    proof = await prove();
    traces.push(await contents());
  });
  afterAll(() => database.drop());

  const prove = (tenancy: Tenancy = database.tenancy): Promise<IsolationProof> => {
    const { application, administrator, backup } = database;
    const sessions = new Map(
      [application, administrator, backup].map((session) => [session.user, session]),
    );
    return proveIsolation({
      tenancy,
      connect: (role) => sessions.get(role) ?? database.superuser,
      sign: context === "signed" ? signWith(database.keys) : undefined,
    });
  };
  const failed = ({ cells }: IsolationProof) => cells.filter(({ ok }) => !ok);

  /** Every row and sequence number, as sums. */
  const contents = () => {
    const { superuser, tenancy } = database;
    const names = tenancy.tables.map(({ schema, table }) => `${schema}.${table}`);
    const rows = [...names, "public.users"]
      .map(
        (name) =>
          `select '${name}' as name, md5(string_agg(t::text, '' order by t::text)) as sum from ${name} as t`,
      )
      .join(" union all ");
    const sequences = "select sequencename as name, last_value::text as sum from pg_sequences";
    return rowsOf(superuser, `${rows} union all ${sequences} order by 1`);
  };

  test("nothing leaks, and everything is tried", () => {
    expect(failed(proof)).toEqual([]);
    expect(proof.notProven).toEqual([]);
    expect(proof.summary).toMatchObject({ ok: true, failed: 0, notProven: 0 });
    const roles = [database.application.user, database.backup.user];
    expect(proof.roles).toEqual(expect.arrayContaining(roles));
    const others = kind === "role" ? [database.administrator.user] : [];
    expect(proof.roles).toHaveLength(roles.length + others.length);
  });

  test("a role that has some columns only is tried with these", async () => {
    const { superuser, application } = database;
    const { user } = application;
    await rowsOf(
      superuser,
      `revoke select, insert, update on public.sites from ${user};
       grant select (id, customer_id, name), update (name),
         insert (id, customer_id, name, domain, cloud_provider, region) on public.sites to ${user}`,
    );
    try {
      const proof = await prove();
      const ofSites = proof.cells.filter(({ role, table }) => role === user && table === "sites");

      expect(failed(proof)).toEqual([]);
      expect(proof.notProven).toEqual([]);
      for (const command of ["INSERT own", "UPDATE", "MERGE", "DELETE"])
        expect(ofSites).toContainEqual(
          expect.objectContaining({ command, context: "own", found: "own" }),
        );
      const moves = ofSites.filter(({ command }) => command === "MOVE");
      expect(new Set(moves.map(({ expected }) => expected))).toEqual(new Set(["refused"]));
    } finally {
      await rowsOf(superuser, `grant select, insert, update on public.sites to ${user}`);
    }
  });

  test("it leaves no trace: no row, no sequence number, no session", async () => {
    const [before, after] = traces;
    expect(after).toEqual(before);
    const { superuser } = database;
    const sessions = `select pid from pg_stat_activity where datname = '${superuser.database}' and application_name like '%verify'`;
    await expect.poll(() => rowsOf(superuser, sessions)).toEqual([]);
  });

  test("blocks no other session: rows can be locked while it runs", async () => {
    const { superuser, tenancy } = database;
    const locks = tenancy.tables.map(
      ({ schema, table }) => `select from ${schema}.${table} for update;`,
    );
    const running = { ended: false };
    const proof = prove().finally(() => (running.ended = true));
    let rounds = 0;
    do {
      await rowsOf(
        superuser,
        `begin; set local lock_timeout = '100ms'; ${locks.join(" ")} rollback`,
      );
      rounds += 1;
    } while (!running.ended);
    expect(rounds).toBeGreaterThan(3);
    expect((await proof).summary.ok).toBe(true);
  });

  test("a new table and its partitions are proven without new code", async () => {
    const { superuser, owner, application, administrator, tenancy } = database;
    await rowsOf(
      superuser,
      `set role ${owner.user};
       create type public.mood as enum ('calm', 'angry');
       create domain public.percent as numeric(5, 2) check (value between 0 and 100);
       create table public.visits (
         customer_id bigint not null references public.customers (id),
         day date not null,
         mood public.mood not null,
         share public.percent not null,
         path text not null check (path ~ '^/'),
         seconds integer not null check (seconds > 10),
         tags jsonb not null check (jsonb_typeof(tags) = 'array'),
         primary key (customer_id, day)
       ) partition by range (day);
       create table public.visits_2020 partition of public.visits for values from ('2020-01-01') to ('2021-01-01');
       reset role;
       grant select, insert, update, delete on public.visits, public.visits_2020 to ${application.user}, ${administrator.user};
       grant select on public.visits, public.visits_2020 to ${database.backup.user}`,
    );
    const visits = { schema: "public", table: "visits", column: "customer_id" };
    const joined: Tenancy = { ...tenancy, tables: [...tenancy.tables, visits] };
    // The other tables have just been proven.
    const proven = only(joined, ["visits"]);

    const open = await prove(proven);
    expect(open.summary.ok).toBe(false);
    await applyRowLevelSecurity(owner, { tenancy: joined, owner: owner.user });
    const proof = await prove(proven);

    expect(failed(proof)).toEqual([]);
    expect(proof.tables).toEqual(expect.arrayContaining(["public.visits", "public.visits_2020"]));
    // A backup role sees rows, but cannot create any.
    expect(proof.notProven.filter(({ role }) => role !== database.backup.user)).toEqual([]);
    const own = { role: application.user, table: "visits_2020", command: "SELECT", context: "own" };
    expect(proof.cells).toContainEqual(expect.objectContaining({ ...own, found: "own", ok: true }));
  });
});
