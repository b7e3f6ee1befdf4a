import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Difference, renderDifference } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { rowsOf } from "../testDatabase";
import { createTenantDatabase } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

describe.each(["session", "role"] as const)("with administrators by %s", (administrators) => {
  let database: TenantDatabase;

  beforeAll(async () => {
    database = await createTenantDatabase(administrators);
  });

  afterAll(() => database.drop());

  const drift = () => readRowLevelSecurityDrift(database.owner, database.security, 0);
  const lines = async () => (await drift()).map(renderDifference);
  const converge = () => applyRowLevelSecurity(database.owner, database.security);
  const policy = administrators === "session" ? "context_sees_own" : "tenant_sees_own";
  const policiesOfAdministrators =
    administrators === "role"
      ? Array.from({ length: 5 }, () => ({ kind: "policy missing" as const }))
      : [];
  const administrator = "function tenancy.is_administrator()";

  test("finds nothing to do after it has converged: PostgreSQL prints policies as expected", async () => {
    expect(await lines()).toEqual([]);
  });

  test.each<[string, Partial<Difference>[]]>([
    [
      "alter table public.sites disable row level security",
      [{ kind: "row-level security disabled", object: "table public.sites" }],
    ],
    [
      "alter table public.sites no force row level security",
      [{ kind: "row-level security not forced", object: "table public.sites" }],
    ],
    [`drop policy ${policy} on public.sites`, [{ kind: "policy missing", actual: null }]],
    [
      `alter policy ${policy} on public.sites using (true)`,
      [{ kind: "policy expression", actual: "USING true" }],
    ],
    [
      `alter policy ${policy} on public.sites with check (true)`,
      [{ kind: "policy expression", actual: "WITH CHECK true" }],
    ],
    [
      `alter policy ${policy} on public.sites to postgres`,
      [{ kind: "policy roles", actual: "TO postgres", expected: "TO public" }],
    ],
    [
      'create policy "Forgotten; by hand" on public.sites using (true)',
      [{ kind: "policy added", object: "policy Forgotten; by hand on public.sites" }],
    ],
    [
      `drop policy ${policy} on public.sites;
       create policy ${policy} on public.sites as restrictive for select to postgres using (true)`,
      [
        { kind: "policy permissive", actual: "RESTRICTIVE" },
        { kind: "policy command", actual: "FOR SELECT" },
        { kind: "policy roles" },
        { kind: "policy expression" },
        { kind: "policy expression" },
      ],
    ],
    [
      "alter function tenancy.is_administrator() volatile",
      [{ kind: "context function attribute", object: administrator, actual: "VOLATILE" }],
    ],
    [
      "alter function tenancy.is_administrator() parallel unsafe",
      [{ kind: "context function attribute", actual: "PARALLEL UNSAFE" }],
    ],
    [
      "alter function tenancy.is_administrator() security definer",
      [{ kind: "context function attribute", actual: "SECURITY DEFINER" }],
    ],
    [
      "alter function tenancy.is_administrator() set search_path = public",
      [{ kind: "context function attribute", actual: "SET search_path=public" }],
    ],
    [
      "alter function tenancy.is_administrator() strict",
      [{ kind: "context function attribute", actual: "STRICT", expected: "CALLED ON NULL INPUT" }],
    ],
    [
      `alter function tenancy.is_administrator() set search_path = public;
       alter function tenancy.is_administrator() set row_security = off`,
      [
        {
          kind: "context function attribute",
          actual: "SET search_path=public SET row_security=off",
        },
      ],
    ],
    [
      `create or replace function tenancy.is_administrator() returns boolean
       language sql stable parallel safe as 'select true'`,
      [{ kind: "context function body", actual: "language sql, body select true" }],
    ],
    [
      "grant execute on function tenancy.is_administrator() to public",
      [{ kind: "context function executor", actual: "EXECUTE", expected: null }],
    ],
    [
      "drop function tenancy.is_administrator() cascade",
      [{ kind: "context function missing", object: administrator }, ...policiesOfAdministrators],
    ],
    [
      `drop function tenancy.is_administrator() cascade;
       create function tenancy.is_administrator() returns text language sql as 'select null'`,
      [
        { kind: "context function result", actual: "returns text" },
        { kind: "context function owner" },
        { kind: "context function body" },
        { kind: "context function attribute", actual: "VOLATILE" },
        { kind: "context function attribute", actual: "PARALLEL UNSAFE" },
        ...policiesOfAdministrators,
      ],
    ],
    [
      `drop function tenancy.is_administrator() cascade;
       create procedure tenancy.is_administrator() language sql as 'select null'`,
      [
        { kind: "context function result", actual: "returns nothing" },
        { kind: "context function owner" },
        { kind: "context function body" },
        { kind: "context function attribute", actual: "VOLATILE" },
        { kind: "context function attribute", actual: "PARALLEL UNSAFE" },
        ...policiesOfAdministrators,
      ],
    ],
    [
      `drop function tenancy.is_administrator() cascade;
       create function tenancy.is_administrator(out boolean) language sql as 'select true'`,
      [
        { kind: "context function result", actual: "(OUT boolean) returns boolean" },
        { kind: "context function owner" },
        { kind: "context function body" },
        { kind: "context function attribute", actual: "VOLATILE" },
        { kind: "context function attribute", actual: "PARALLEL UNSAFE" },
        ...policiesOfAdministrators,
      ],
    ],
    [
      "alter function tenancy.current_customer_id() owner to postgres",
      [{ kind: "context function owner", actual: "owner postgres" }],
    ],
    [
      `create or replace function tenancy.acts_as(roles name[]) returns boolean
       language sql immutable parallel safe as 'select true'`,
      [{ kind: "context function body", object: "function tenancy.acts_as(name[])" }],
    ],
    [
      "alter function tenancy.acts_as(name[]) stable",
      [{ kind: "context function attribute", actual: "STABLE", expected: "IMMUTABLE" }],
    ],
    [
      "alter function tenancy.acts_as(name[]) security definer",
      [{ kind: "context function attribute", actual: "SECURITY DEFINER" }],
    ],
    [
      "revoke execute on function tenancy.acts_as(name[]) from public",
      [
        {
          kind: "context function executor",
          object: "privilege of PUBLIC on function tenancy.acts_as(name[])",
          expected: "EXECUTE",
        },
      ],
    ],
  ])("names and repairs: %s", async (sql, differences) => {
    await database.run(sql);
    const found = await drift();
    expect(found).toHaveLength(differences.length);
    expect(found).toMatchObject(differences);
    await converge();
    expect(await lines()).toEqual([]);
  });

  test("replaces a function of a role that the owner belongs to, and leaves the policies that call it", async () => {
    const { user: group } = await database.role("group");
    await database.run(`grant ${group} to ${database.owner.user};
      alter function tenancy.is_administrator() owner to ${group};
      alter function tenancy.lowest_customer_id() owner to ${group}`);
    const policies = () =>
      rowsOf(database.superuser, "select oid::text from pg_catalog.pg_policy order by oid");
    const before = await policies();
    expect((await drift()).map(({ kind }) => kind)).toEqual([
      "context function owner",
      "context function owner",
    ]);
    await converge();
    expect(await policies()).toEqual(before);
    expect(await lines()).toEqual([]);
  });

  test("revokes EXECUTE from roles that an executor has granted it to", async () => {
    const stranger = await database.role("stranger");
    const name = "function tenancy.lowest_customer_id()";
    await database.run(`
      grant usage on schema tenancy to ${database.application.user};
      grant execute on ${name} to ${database.application.user} with grant option;
      set role ${database.application.user};
      grant execute on ${name} to ${stranger.user};
      reset role;
      revoke usage on schema tenancy from ${database.application.user}`);
    expect(await lines()).toEqual([
      `privilege of ${stranger.user} on ${name} is not declared, found EXECUTE`,
      `privilege of ${database.application.user} on ${name}: found EXECUTE WITH GRANT OPTION, expected EXECUTE`,
    ]);
    await converge();
    expect(await lines()).toEqual([]);
  });
});
