import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { GrantDeclaration } from "../../../src/access/declarations";
import { withClient } from "../../../src/connection/connection";
import type { DeclaredAccess } from "../../../src/audit/declaredAccess";
import { applyTablePrivileges } from "../../../src/audit/missingPrivileges";
import { rowsOf } from "../testDatabase";
import { boundTo, createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let application: string;
/** As before any grant named a table. */
let wide: DeclaredAccess;

beforeAll(async () => {
  database = await createAuditedDatabase();
  application = database.own("app_user");
  wide = {
    ...database.audit,
    grants: database.audit.grants.filter(({ on }) => on !== "table"),
  };
  await database.run(
    `insert into public.users (email, full_name, password_hash, mfa_secret)
       values ('ann@example.com', 'Ann', 'hash', 'seed');
     insert into public.policies (name, kind, rules) values ('limit', 'cost', '{}')`,
  );
});
afterAll(() => database.drop());
afterEach(async () => {
  await database.repair();
  expect(await database.lines()).toEqual([]);
});

/** Runs a statement in a transaction that is rolled back. @returns the SQLSTATE of its refusal, if it is refused */
function attempt(role: string, sql: string): Promise<string | undefined> {
  return withClient(database.session(role), "test", async (client) => {
    await client.query("begin");
    return client.query(sql).then(
      () => undefined,
      (error: unknown) => (error as { code?: string }).code,
    );
  });
}

const attacks: readonly (readonly [string, string])[] = [
  ["app_user", "update public.users set role = 'administrator'"],
  ["app_user", "update public.users set password_hash = 'mine'"],
  ["app_user", "update public.users set mfa_secret = null, mfa_enabled = false"],
  ["app_user", "update public.users set email = 'mine@example.com'"],
  [
    "app_user",
    "insert into public.users (email, full_name, password_hash, role) values ('e@example.com', 'Eve', 'x', 'administrator')",
  ],
  ["app_user", "delete from public.users"],
  ["app_user", "select from public.policies for update"],
  ["app_user", "update public.policies set enabled = false"],
  ["app_user", "insert into public.policies (name, kind, rules) values ('mine', 'cost', '{}')"],
  ["app_user", "delete from public.policies"],
  ["app_readonly", "select password_hash from public.users"],
  ["app_readonly", "select mfa_secret from public.users"],
  ["app_readonly", "select * from public.users"],
  ["app_readonly", "select u from public.users as u"],
  ["app_readonly", "select from public.users where password_hash like 'h%'"],
  ["app_readonly", "copy public.users to stdout"],
];

describe("what belongs to everyone", () => {
  test.each(attacks)("%s may not: %s", async (role, sql) => {
    expect(await attempt(role, sql)).toBe("42501");
  });

  test("each of these succeeds without the grants that name a table", async () => {
    await database.repair(undefined, wide);

    for (const [role, sql] of attacks.filter(([, sql]) => !sql.startsWith("copy")))
      expect([sql, await attempt(role, sql)]).toEqual([sql, undefined]);
  });

  test.each([
    ["app_user", "select * from public.users"],
    ["app_user", "select password_hash, mfa_secret from public.users where lower(email) = 'a'"],
    ["app_user", "select id from public.users for update"],
    [
      "app_user",
      "insert into public.users (email, full_name, password_hash) values ('b@example.com', 'Ben', 'x') returning id",
    ],
    [
      "app_user",
      "update public.users set full_name = 'Anna', failed_login_attempts = 1, locked_until = now(), last_login_at = now()",
    ],
    ["app_user", "select * from public.policies where rules @> '{}'"],
    ["app_readonly", "select id, email, full_name, role, mfa_enabled from public.users"],
    ["app_readonly", "select count(*) from public.users"],
    ["app_readonly", "select * from public.policies"],
    ["app_backup", "select * from public.users"],
  ])("%s may: %s", async (role, sql) => {
    expect(await attempt(role, sql)).toBeUndefined();
  });

  test("monitoring reads none of it", async () => {
    expect(await attempt("app_monitor", "select id from public.users")).toBe("42501");
  });

  test("the planner's statistics of a secret are hidden with it", async () => {
    await database.run("analyze public.users");
    const shown = await rowsOf<{ attname: string }>(
      database.session("app_readonly"),
      "select attname from pg_stats where tablename = 'users' and attname in ('email', 'password_hash')",
    );
    expect(shown).toEqual([{ attname: "email" }]);
  });
});

describe("what was granted or revoked by hand is named and repaired", () => {
  test.each([
    {
      sql: () => `grant update (role) on public.users to ${application}`,
      line: () =>
        `column public.users.role: found UPDATE to ${application}, expected no UPDATE to ${application}`,
    },
    {
      sql: () => `revoke update (full_name, locked_until) on public.users from ${application}`,
      line: () =>
        `table public.users: found no UPDATE (full_name, locked_until) to ${application}, expected UPDATE (full_name, locked_until) to ${application}`,
    },
    {
      sql: () => `grant update, truncate on public.users to ${application}`,
      line: () =>
        `table public.users: found TRUNCATE, UPDATE to ${application}, expected only UPDATE (full_name, failed_login_attempts, locked_until, last_login_at) to ${application}`,
    },
    {
      sql: () => `grant delete on public.policies to ${application}`,
      line: () =>
        `table public.policies: found DELETE to ${application}, expected no DELETE to ${application}`,
    },
    {
      sql: () => `grant update (full_name) on public.users to ${application} with grant option`,
      line: () =>
        `column public.users.full_name: found UPDATE to ${application} WITH GRANT OPTION, expected UPDATE to ${application}`,
    },
  ])("$line", async ({ sql, line }) => {
    await database.run(`set role ${database.owner}; ${sql()}`);
    const found = await database.lines();
    await database.repair();

    expect(found).toEqual([line()]);
    expect(await database.lines()).toEqual([]);
  });
});

/** Sessions that use what a role has all along, until `change` is done. @returns what was refused */
async function whileUsed(
  uses: readonly (readonly [string, string])[],
  change: () => Promise<void>,
): Promise<string[]> {
  const refused: string[] = [];
  let running = true;
  const sessions = uses.map(async ([role, sql]) => {
    const client = new Client(database.session(role));
    await client.connect();
    try {
      do {
        await client.query("begin");
        await client.query(sql).catch((error: unknown) => refused.push(`${sql}: ${String(error)}`));
        await client.query("rollback");
      } while (running);
    } finally {
      await client.end();
    }
  });
  try {
    await change();
  } finally {
    running = false;
    await Promise.all(sessions);
  }
  return refused;
}

const declaredUses = [
  ["app_user", "select password_hash from public.users"],
  ["app_user", "update public.users set full_name = full_name"],
  ["app_user", "select from public.policies"],
  ["app_readonly", "select email from public.users"],
] as const;

test("an update narrows and widens grants without a moment in which a role lacks what it keeps", async () => {
  await database.repair(undefined, wide);
  const narrowing = await whileUsed(declaredUses, () => database.repair());
  expect(await attempt("app_user", "update public.users set role = 'administrator'")).toBe("42501");
  const widening = await whileUsed(declaredUses, () => database.repair(undefined, wide));

  expect(narrowing).toEqual([]);
  expect(widening).toEqual([]);
  expect(await database.lines(wide)).toEqual([]);
});

test("a column that a migration adds is closed, and the grants on the others stay", async () => {
  await database.run(`set role ${database.owner}; alter table public.users add phone text`);
  const found = await database.lines();
  const read = await attempt("app_readonly", "select phone from public.users");
  const written = await attempt("app_user", "update public.users set phone = '1'");
  const kept = await attempt("app_user", "update public.users set full_name = 'Anna'");
  await database.run("alter table public.users drop phone");

  expect({ found, read, written, kept }).toEqual({
    found: [],
    read: "42501",
    written: "42501",
    kept: undefined,
  });
});

const grant = (its: Partial<GrantDeclaration & { on: "table" }>): GrantDeclaration => ({
  role: application,
  on: "table",
  schema: "public",
  table: "users",
  privileges: { SELECT: "all" },
  ...its,
});

test.each([
  [() => grant({ table: "user" }), "no migration creates public.user"],
  [
    () => grant({ privileges: { UPDATE: ["full_name", "phone"] } }),
    'UPDATE lists the column "phone", which the table does not have',
  ],
])("what the server does not have is refused, and nothing is granted: %#", async (make, fault) => {
  const grants = [...wide.grants, make()];
  const its = boundTo({ ...wide, grants }).find(({ role }) => role === application);
  if (its === undefined) throw new Error("no grants of the application");
  const applied = applyTablePrivileges(database.session("hosterizer_migrator"), its);

  await expect(applied).rejects.toThrow(fault);
  expect(await database.lines()).toEqual([]);
});

describe("a view over a table that a grant names", () => {
  afterEach(() => database.run("drop view if exists public.logins cascade"));

  const view = (options = "") =>
    `set role ${database.owner}; create view public.logins ${options} as select email, password_hash from public.users`;

  test("shows its reader no more than the table does", async () => {
    await database.run(view("with (security_invoker = true)"));
    await database.repair();

    // PostgreSQL asks for every column that the view uses.
    expect(await attempt("app_user", "select email from public.logins")).toBeUndefined();
    expect(await attempt("app_readonly", "select email from public.logins")).toBe("42501");
    const write = "update public.logins set password_hash = 'mine'";
    expect(await attempt("app_user", write)).toBe("42501");
  });

  test("is closed if it shows what its owner sees, through other views too", async () => {
    await database.run(`${view()};
      create view public.later as select * from public.logins;
      create materialized view public.logins_kept as select * from public.later;
      grant select on public.logins, public.later to ${application}`);
    const found = await database.auditLines();
    await database.repair();

    expect(found).toEqual(
      ["later", "logins"].map(
        (name) =>
          `view public.${name}: found SELECT to ${application}, expected no SELECT to ${application}`,
      ),
    );
    for (const name of ["logins", "later", "logins_kept"]) {
      for (const role of ["app_user", "app_readonly"])
        expect(await attempt(role, `select from public.${name}`)).toBe("42501");
      expect(await attempt("app_backup", `select from public.${name}`)).toBeUndefined();
    }
  });

  test("is open to the role that a grant of its own names, and to no other", async () => {
    await database.run(view());
    const named = grant({ table: "logins", privileges: { SELECT: ["email"] } });
    const declared = { ...database.audit, grants: [...database.audit.grants, named] };
    await database.repair(undefined, declared);

    expect(await database.lines(declared)).toEqual([]);
    expect(await attempt("app_user", "select email from public.logins")).toBeUndefined();
    expect(await attempt("app_user", "select password_hash from public.logins")).toBe("42501");
    expect(await attempt("app_readonly", "select email from public.logins")).toBe("42501");
  });
});

test("a grant on the table does not open its partitions, for any role", async () => {
  await database.run(`set role ${database.owner};
    create table public.audits (at date, note text) partition by range (at);
    create table public.audits_2026 partition of public.audits
      for values from ('2026-01-01') to ('2027-01-01')`);
  const named = grant({ table: "audits", privileges: { INSERT: ["at", "note"] } });
  const declared = { ...database.audit, grants: [...database.audit.grants, named] };
  await database.repair(undefined, declared);
  const insert = "insert into public.audits values ('2026-02-03', 'x')";

  expect(await attempt("app_user", insert)).toBeUndefined();
  expect(await attempt("app_user", "select from public.audits")).toBe("42501");
  expect(await attempt("app_user", "select from public.audits_2026")).toBe("42501");
  expect(await attempt("app_readonly", "select from public.audits")).toBeUndefined();
  expect(await attempt("app_readonly", "select from public.audits_2026")).toBe("42501");
  await database.run("drop table public.audits");
});
