import { expect, test } from "vitest";

import { planMemberships } from "../../../src/audit/memberships";
import { declared } from "./declared";

const membership = (role: string, member: string, its = {}) => ({
  role,
  member,
  admin_option: false,
  deploys: false,
  ...its,
});

test.each([
  { what: "a declared one", found: membership("owner", "migrator") },
  { what: "that of who deploys", found: membership("owner", "deploy", { deploys: true }) },
])("finds nothing wrong with $what", ({ found }) => {
  expect(planMemberships([found], declared)).toEqual([]);
});

test.each([
  {
    found: membership("owner", 'odd"name'),
    kind: "membership in a role of ours",
    sql: 'revoke "owner" from "odd""name" cascade',
  },
  {
    found: membership("app", "deploy", { deploys: true }),
    kind: "membership in a role of ours",
    sql: 'revoke "app" from "deploy" cascade',
  },
  {
    found: membership("pg_read_all_data", "app"),
    kind: "membership of a role of ours",
    sql: 'revoke "pg_read_all_data" from "app" cascade',
  },
  {
    found: membership("owner", "migrator", { admin_option: true }),
    kind: "admin option",
    sql: 'revoke admin option for "owner" from "migrator" cascade',
  },
])("revokes the membership of $found.member in $found.role", ({ found, kind, sql }) => {
  expect(planMemberships([found], declared)).toMatchObject([{ kind, sql, repair: "automatic" }]);
});
