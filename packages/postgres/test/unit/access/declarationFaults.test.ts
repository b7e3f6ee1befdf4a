import { describe, expect, test } from "vitest";

import { extensions, schemas } from "../../../../../database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "../../../../../database/grants";
import { roles } from "../../../../../database/roles";
import type { GrantDeclaration, RoleDeclaration } from "../../../src/access/declarations";
import { extensionFaults } from "../../../src/access/extensionFaults";
import { grantFaults } from "../../../src/access/grantFaults";
import { roleFaults } from "../../../src/access/roleFaults";

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
    const all = [...withheldFromPublic, ...migratorGrants, ...grants];
    expect(grantFaults(all, roles, schemas)).toEqual([]);
    expect(extensionFaults(extensions, schemas, undefined)).toEqual([]);
  });

  test("gives nobody but the migrator the owner's rights", () => {
    const members = roles.filter(({ memberOf }) => memberOf?.includes("hosterizer_owner"));
    expect(members.map(({ name, inherit }) => [name, inherit])).toEqual([
      ["hosterizer_migrator", false],
    ]);
  });
});

test.each([
  ["Billing", "is not made of lower-case letters"],
  ["1st", "is not made of lower-case letters"],
  ['x"; drop table y', "is not made of lower-case letters"],
  ["", "is not made of lower-case letters"],
  ["pg_billing", "begins with pg_"],
  ["public", "means something else"],
  ["x".repeat(64), "is longer than 63 bytes"],
])("refuses a role named %j", (name, fault) => {
  expect(messages(roleFaults([role(name)]))).toEqual([
    expect.stringContaining(`role "${name}" in database/roles.ts: the name ${fault}`),
  ]);
});

test("refuses a role declared twice, and a group that nobody declares, both at once", () => {
  const faults = roleFaults([role("app"), role("app", ["writers", "pg_monitor"])]);
  expect(messages(faults)).toEqual([
    'role "app" in database/roles.ts: declared twice.',
    'role "app" in database/roles.ts: member of "writers", which is neither declared above it nor predefined.',
  ]);
});

test("refuses a way to log in for a role that does not", () => {
  const group: RoleDeclaration = { ...role("group"), login: false, authenticates: "certificate" };
  expect(messages(roleFaults([group]))).toEqual([
    'role "group" in database/roles.ts: authenticates by certificate, and does not log in.',
  ]);
  expect(roleFaults([{ ...group, login: true }])).toEqual([]);
});

test("refuses a membership loop: a group stands above its members", () => {
  expect(roleFaults([role("a", ["b"]), role("b", ["a"])])).toHaveLength(1);
});

test("refuses a grant to a role or on a schema that nobody declares", () => {
  const grant: GrantDeclaration = { role: "ghost", on: "tables", schema: "crypt", privileges: [] };
  expect(messages(grantFaults([grant], [], []))).toEqual([
    'grant to "ghost" on tables of crypt in database/grants.ts: no role "ghost" is declared.',
    'grant to "ghost" on tables of crypt in database/grants.ts: no schema "crypt" is declared.',
  ]);
});

test("refuses an extension that the server does not bring, and names those that it does", () => {
  const extension = { name: "postgiss", schema: "public", purpose: "" };
  const faults = extensionFaults([extension], [], ["pgcrypto", "uuid-ossp"]);
  expect(faults.map(({ message }) => message)).toEqual([
    'extension "postgiss" in database/extensions.ts: the server has no such extension.\n' +
      "Use one of those it has: pgcrypto, uuid-ossp.",
  ]);
});

test("leaves it to the server where nobody knows what it brings", () => {
  const extension = { name: "postgis", schema: "public", purpose: "" };
  expect(extensionFaults([extension], [], undefined)).toEqual([]);
});

test("refuses a schema with a bad name, and an extension in a schema that nobody declares", () => {
  const extension = { name: "pgcrypto", schema: "vault", purpose: "" };
  const schema = { name: "Vault", purpose: "" };
  expect(extensionFaults([extension], [schema], undefined)).toHaveLength(2);
});
