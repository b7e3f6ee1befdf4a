import { expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { type LiveLookup, planUserLookup } from "../../../src/pooler/userLookup";

const lookup = { owner: "owner", role: "app_pooler", authenticator: "Authenticator" };
const columns =
  "oid, rolname, rolsuper, rolcreaterole, rolcanlogin, rolreplication, rolbypassrls, rolpassword, rolvaliduntil";
const granted = columns.split(", ").map((column) => `SELECT (${column})`);
const nothing: LiveLookup = { functions: [], privileges: [], is_superuser: true };
const plan = (live: Partial<LiveLookup>) => planUserLookup({ ...nothing, ...live }, lookup);

test("creates the function after the grants that its owner needs", () => {
  const findings = plan({});
  expect(findings.map(({ kind }) => kind)).toEqual([
    ...granted.map(() => "lookup privilege"),
    "lookup function missing",
  ]);
  const [grant, create, ...rest] = findings.flatMap(({ sql }) => sql ?? []);
  expect(grant).toBe(
    'revoke all on table pg_catalog.pg_authid from "Authenticator" cascade;\n' +
      `grant select (${columns}) on table pg_catalog.pg_authid to "Authenticator"`,
  );
  expect(create).toMatch(
    /^create or replace function pooler\.user_lookup\(requested name\) returns TABLE\(username name, verifier text\)\n/,
  );
  expect(create).toMatch(/;\ngrant execute on function .* to "Authenticator", "app_pooler"$/);
  expect(rest).toEqual([]);
});

test("withholds the verifiers of all three roles, and of those that may become them", () => {
  const create = plan({}).at(-1)?.sql ?? "";
  for (const role of Object.values(lookup)) {
    expect(create).toContain(`and not pg_has_role(a.oid, ''${role}'', ''member'')`);
  }
});

test.each<[what: string, privileges: string[], line: string]>([
  ["lacks a column", granted.slice(1), "is missing, expected SELECT (oid)"],
  ["may read everything", ["SELECT", ...granted], "is not declared, found SELECT"],
  [
    "may grant a column to others",
    [...granted, "SELECT (oid) WITH GRANT OPTION"],
    "is not declared, found SELECT (oid) WITH GRANT OPTION",
  ],
])("names an authenticator that %s", (_what, privileges, line) => {
  const found = plan({ privileges }).filter(({ kind }) => kind === "lookup privilege");
  expect(found.map(renderDifference)).toEqual([
    `privilege of Authenticator on table pg_catalog.pg_authid ${line}`,
  ]);
  expect(found[0]?.sql).toContain("revoke all on table");
});

test("only reports differences to a role that is not a superuser", () => {
  const findings = plan({ is_superuser: false, privileges: granted });
  expect(findings.map(renderDifference)).toEqual([
    "function pooler.user_lookup(name) is missing, expected returns TABLE(username name, verifier text): only a superuser can repair it (up leaves it)",
  ]);
  expect(findings[0]).not.toHaveProperty("sql");
});
