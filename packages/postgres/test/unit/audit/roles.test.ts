import { expect, test } from "vitest";

import { planRoles } from "../../../src/audit/roles";
import { declared } from "./declared";

const role = (its = {}) => ({
  name: "app",
  superuser: false,
  bypasses: false,
  creates_roles: false,
  creates_databases: false,
  replicates: false,
  login: true,
  inherits: true,
  connection_limit: -1,
  valid_until: null,
  expired: false,
  by_superuser: true,
  ...its,
});

test("finds no fault in a role as declared, nor in an undeclared one", () => {
  const stranger = role({ name: "stranger", superuser: true });
  const migrator = role({ name: "migrator", inherits: false });
  expect(planRoles([role(), migrator, stranger], declared.roles)).toEqual([]);
});

test.each([
  [{ superuser: true }, 'alter role "app" nosuperuser'],
  [{ bypasses: true }, 'alter role "app" nobypassrls'],
  [{ replicates: true }, 'alter role "app" noreplication'],
  [{ creates_roles: true }, 'alter role "app" nocreaterole'],
  [{ creates_databases: true }, 'alter role "app" nocreatedb'],
  [{ login: false }, 'alter role "app" login'],
  [{ inherits: false }, 'alter role "app" inherit'],
  [{ connection_limit: 5 }, 'alter role "app" connection limit -1'],
  [{ valid_until: "2001-01-01" }, `alter role "app" valid until 'infinity'`],
])("undoes %j", (its, sql) => {
  expect(planRoles([role(its)], declared.roles)).toMatchObject([{ sql, repair: "automatic" }]);
});

test.each([
  [{ creates_databases: true }, "automatic"],
  [{ bypasses: true }, "none"],
  [{ replicates: true }, "none"],
  // Only a superuser can change another one.
  [{ superuser: true, connection_limit: 5 }, "none"],
])("a role that is not a superuser may repair %j: %s", (its, repair) => {
  const findings = planRoles([role({ ...its, by_superuser: false })], declared.roles);
  expect(new Set(findings.map((finding) => finding.repair))).toEqual(new Set([repair]));
});

test.each([
  [5, []],
  [-1, ['alter role "app" connection limit 5']],
  [50, ['alter role "app" connection limit 5']],
])("holds a role with a limit of %d to the declared 5", (limit, sql) => {
  const limited = declared.roles.map((one) => ({ ...one, connectionLimit: 5 }));
  const findings = planRoles([role({ connection_limit: limit })], limited);
  expect(findings.map((finding) => finding.sql)).toEqual(sql);
});
