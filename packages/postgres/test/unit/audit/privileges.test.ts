import { expect, test } from "vitest";

import { planPrivileges, type UndeclaredPrivilege } from "../../../src/audit/privileges";

const found = (its: Partial<UndeclaredPrivilege> = {}): UndeclaredPrivilege => ({
  kind: "table",
  object: "table public.users",
  target: "table public.users",
  column: null,
  grantee: "reader",
  grantor: null,
  owner: "owner",
  privilege: "UPDATE",
  allowed: false,
  kept: null,
  scope: "ours",
  revocable: true,
  ...its,
});

test("what remains of a revoked privilege is granted again in the same statements", () => {
  const kept = ["full_name", "locked_until"];
  expect(planPrivileges([found({ kept }), found({ privilege: "DELETE" })])).toMatchObject([
    {
      actual: "UPDATE, DELETE to reader",
      expected: "only UPDATE (full_name, locked_until) to reader",
      sql: [
        "revoke UPDATE on table public.users from reader cascade",
        "revoke DELETE on table public.users from reader cascade",
        "grant UPDATE (full_name, locked_until) on table public.users to reader",
      ].join(";\n"),
    },
  ]);
});

test("finds nothing in an empty list", () => {
  expect(planPrivileges([])).toEqual([]);
});

test("one finding names all privileges of one grantee on one object, and revokes each", () => {
  const both = [found(), found({ privilege: "DELETE" }), found({ grantee: "PUBLIC" })];
  expect(planPrivileges(both)).toMatchObject([
    {
      kind: "table privilege",
      actual: "UPDATE, DELETE to reader",
      expected: "no UPDATE, DELETE to reader",
      sql:
        "revoke UPDATE on table public.users from reader cascade;\n" +
        "revoke DELETE on table public.users from reader cascade",
    },
    { actual: "UPDATE to PUBLIC", sql: "revoke UPDATE on table public.users from PUBLIC cascade" },
  ]);
});

test.each([
  {
    what: "a column",
    its: { kind: "column", column: '"e mail"' },
    kind: "column privilege",
    sql: 'revoke UPDATE ("e mail") on table public.users from reader cascade',
  },
  {
    what: "a grant option beyond a declared privilege",
    its: { allowed: true },
    kind: "grant option",
    sql: "revoke grant option for UPDATE on table public.users from reader cascade",
  },
  {
    what: "what somebody else than the owner granted, by taking his right to",
    its: { grantor: "go_between" },
    kind: "table privilege",
    sql: "revoke grant option for UPDATE on table public.users from go_between cascade",
  },
  {
    what: "a view of the system",
    its: { kind: "view", scope: "system" as const },
    kind: "system privilege",
    sql: "revoke UPDATE on table public.users from reader cascade",
  },
  {
    what: "a language, which is in no schema",
    its: { kind: "language", scope: "system" as const, target: "language c", privilege: "USAGE" },
    kind: "language privilege",
    sql: "revoke USAGE on language c from reader cascade",
  },
])("revokes on $what", ({ its, kind, sql }) => {
  expect(planPrivileges([found(its)])).toMatchObject([{ kind, sql, repair: "automatic" }]);
});

test.each([
  [{ revocable: false }, "only its owner owner or a superuser can repair it"],
  [{ scope: "foreign" as const }, "only its owner owner can repair it"],
])("leaves what it must not or cannot revoke (%j)", (its, reason) => {
  const [finding] = planPrivileges([found(its)]);
  expect(finding).toMatchObject({ repair: "none", reason });
  expect(finding).not.toHaveProperty("sql");
});
