import { describe, expect, test } from "vitest";

import { extensions, schemas } from "../../../../../database/extensions";
import { firstGrants, grants } from "../../../../../database/grants";
import { roles } from "../../../../../database/roles";
import { settings } from "../../../../../database/settings";
import { tenancy } from "../../../../../database/tenancy";
import type { GrantDeclaration, RoleDeclaration } from "../../../src/access/declarations";
import {
  extensionFaults,
  grantFaults,
  roleFaults,
  settingFaults,
} from "../../../src/access/declarationFaults";

const role = (name: string, memberOf: string[] = []): RoleDeclaration => ({
  name,
  login: true,
  purpose: "",
  memberOf,
});
const messages = (faults: Error[]) => faults.map(({ message }) => message.split("\n")[0]);

describe("what this project declares", () => {
  test("has no faults", () => {
    expect(roleFaults(roles)).toEqual([]);
    const all = [...firstGrants, ...grants];
    expect(grantFaults(all, roles, schemas)).toEqual([]);
    expect(extensionFaults(extensions, schemas, undefined)).toEqual([]);
  });

  test("gives the owner's rights only to the migrator", () => {
    const members = roles.filter(({ memberOf }) => memberOf?.includes("hosterizer_owner"));
    expect(members.map(({ name, inherit }) => [name, inherit])).toEqual([
      ["hosterizer_migrator", false],
    ]);
  });
});

test.each([
  ["Billing", "may contain only lower-case letters"],
  ["1st", "may contain only lower-case letters"],
  ['x"; drop table y', "may contain only lower-case letters"],
  ["", "may contain only lower-case letters"],
  ["pg_billing", "starts with pg_"],
  ["public", "has a special meaning"],
  ["x".repeat(64), "is longer than 63 bytes"],
])("refuses a role named %j", (name, fault) => {
  expect(messages(roleFaults([role(name)]))).toEqual([
    expect.stringContaining(`role "${name}" in database/roles.ts: the name ${fault}`),
  ]);
});

test("refuses a role declared twice and an undeclared group, both at once", () => {
  const faults = roleFaults([role("app"), role("app", ["writers", "pg_monitor"])]);
  expect(messages(faults)).toEqual([
    'role "app" in database/roles.ts: declared twice.',
    'role "app" in database/roles.ts: member of "writers", which is neither declared above it nor predefined.',
  ]);
});

test("refuses an authentication method for a role without a login", () => {
  const group: RoleDeclaration = { ...role("group"), login: false, authenticates: "certificate" };
  expect(messages(roleFaults([group]))).toEqual([
    'role "group" in database/roles.ts: authenticates by certificate, but does not log in.',
  ]);
  expect(roleFaults([{ ...group, login: true }])).toEqual([]);
});

test("refuses a membership loop", () => {
  expect(roleFaults([role("a", ["b"]), role("b", ["a"])])).toHaveLength(1);
});

test("refuses a grant to an undeclared role or on an undeclared schema", () => {
  const grant: GrantDeclaration = { role: "ghost", on: "tables", schema: "crypt", privileges: [] };
  expect(messages(grantFaults([grant], [], []))).toEqual([
    'grant to "ghost" on tables of crypt in database/grants.ts: no role "ghost" is declared.',
    'grant to "ghost" on tables of crypt in database/grants.ts: no schema "crypt" is declared.',
  ]);
});

test("refuses an extension that the server does not provide, and names those that it does", () => {
  const extension = { name: "postgiss", schema: "public", purpose: "" };
  const faults = extensionFaults([extension], [], ["pgcrypto", "uuid-ossp"]);
  expect(faults.map(({ message }) => message)).toEqual([
    'extension "postgiss" in database/extensions.ts: the server has no such extension.\n' +
      "Use one of those it has: pgcrypto, uuid-ossp.",
  ]);
});

test("accepts any extension while the server's own are unknown", () => {
  const extension = { name: "postgis", schema: "public", purpose: "" };
  expect(extensionFaults([extension], [], undefined)).toEqual([]);
});

test("refuses a schema with a bad name, and an extension in an undeclared schema", () => {
  const extension = { name: "pgcrypto", schema: "vault", purpose: "" };
  const schema = { name: "Vault", purpose: "" };
  expect(extensionFaults([extension], [schema], undefined)).toHaveLength(2);
});

test("the settings that this project declares have no faults", () => {
  expect(settingFaults(settings, roles)).toEqual([]);
});

const setting = (name: string, role?: string) => ({
  name,
  value: "1",
  purpose: "",
  ...(role === undefined ? {} : { role }),
});

test.each([
  [setting("work_mem")],
  [setting("app.current_user_role", "app_user")],
  [setting("TimeZone")],
])("accepts %j", (its) => {
  expect(settingFaults([its], roles)).toEqual([]);
});

test.each([
  [setting("work mem"), "not the name of a setting"],
  [setting("x; drop table y"), "not the name of a setting"],
  [setting("work_mem", "ghost"), 'no role "ghost" is declared'],
  [setting("search_path"), "its value is a list"],
])("refuses %j", (its, fault) => {
  expect(settingFaults([its], roles).map(({ message }) => message)).toEqual([
    expect.stringContaining(fault),
  ]);
});

test("refuses the same setting twice, but not once for all roles and once for one", () => {
  const all = [setting("work_mem"), setting("work_mem", "app_user"), setting("work_mem")];
  expect(settingFaults(all, roles).map(({ message }) => message)).toEqual([
    expect.stringContaining('setting "work_mem" in database/settings.ts: declared twice'),
  ]);
});

test("tenants' roles start no parallel workers if their policies use bounds", () => {
  const its = settings.filter(({ name }) => name === "max_parallel_workers_per_gather");
  expect(tenancy.administrators).toBe("session");
  expect(its.map(({ role, value }) => [role, value])).toEqual(
    tenancy.tenantRoles.map((role) => [role, "0"]),
  );
});

test.each([0, -1, 1.5])("refuses a connectionLimit of %d", (connectionLimit) => {
  expect(messages(roleFaults([{ ...role("app"), connectionLimit }]))).toEqual([
    `role "app" in database/roles.ts: connectionLimit is ${String(connectionLimit)}.`,
  ]);
});
