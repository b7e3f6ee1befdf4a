import { expect, test } from "vitest";

import { loginFaults } from "../../../src/access/declarationFaults";
import { loginName, settingsOfLogins, withLogins } from "../../../src/access/logins";
import type { RoleDeclaration } from "../../../src/access/declarations";

const roles: readonly RoleDeclaration[] = [
  { name: "owner", login: false, purpose: "owns" },
  { name: "app", login: true, memberOf: ["readers"], inherit: false, purpose: "works" },
  { name: "pool", login: true, authenticates: "certificate", purpose: "pools" },
];

/** The fault, without its place and the remedy. */
const faultOf = ({ message }: Error) => /^[^:]*: (.*)\.\n/.exec(message)?.[1];

/** The role that logs in, with the number of its login. */
const shape = (numbers: readonly number[]) =>
  withLogins(roles, { app: numbers })
    .filter(({ of }) => of === "app")
    .map(({ name, login, number, newest }) => ({ name, login, number, newest }));

test("the logins alternate between two names", () => {
  expect([0, 1, 2, 3, 4].map((number) => loginName("app", number))).toEqual([
    "app",
    "app_a",
    "app_b",
    "app_a",
    "app_b",
  ]);
});

test("without a rotation every role is as declared", () => {
  expect(withLogins(roles, {})).toEqual([
    { ...roles[0], of: "owner" },
    { ...roles[1], of: "app", number: 0 },
    { ...roles[2], of: "pool" },
  ]);
});

test.each([
  {
    numbers: [0, 1],
    becomes: [
      { name: "app", login: true, number: 0, newest: 1 },
      { name: "app_a", login: true, number: 1 },
    ],
  },
  {
    numbers: [1],
    becomes: [
      { name: "app", login: false, newest: 1 },
      { name: "app_a", login: true, number: 1 },
    ],
  },
  {
    numbers: [1, 2],
    becomes: [
      { name: "app", login: false, newest: 2 },
      { name: "app_a", login: true, number: 1 },
      { name: "app_b", login: true, number: 2 },
    ],
  },
  {
    numbers: [2],
    becomes: [
      { name: "app", login: false, newest: 2 },
      { name: "app_a", login: false },
      { name: "app_b", login: true, number: 2 },
    ],
  },
  {
    numbers: [2, 3],
    becomes: [
      { name: "app", login: false, newest: 3 },
      { name: "app_a", login: true, number: 3 },
      { name: "app_b", login: true, number: 2 },
    ],
  },
])("with logins $numbers", ({ numbers, becomes }) => {
  expect(shape(numbers)).toEqual(becomes);
});

test("a login is only a member of its group, and has its privileges", () => {
  const [, group, login] = withLogins(roles, { app: [1] });
  expect(group).toMatchObject({ memberOf: ["readers"], inherit: false });
  expect(login).toMatchObject({ name: "app_a", memberOf: ["app"] });
  expect(login).not.toHaveProperty("inherit");
});

test("a role's settings apply to its logins too", () => {
  const setting = { name: "statement_timeout", value: "30s", purpose: "to end" };
  const its = settingsOfLogins(
    [setting, { ...setting, role: "app" }],
    withLogins(roles, { app: [1, 2] }),
  );
  expect(its.map(({ role }) => role)).toEqual([undefined, "app", "app_a", "app_b"]);
});

test.each([
  [{ app: [4] }, []],
  [{ app: [4, 5] }, []],
  [{ ap: [1] }, ["is not a role of database/roles.ts"]],
  [{ pool: [1] }, ["logs in without a password"]],
  [{ owner: [1] }, ["logs in without a password"]],
  [{ app: [4, 6] }, ["4 and 6 are not consecutive"]],
  [{ app: [2, 1] }, ["2 and 1 are not consecutive"]],
  [{ ap: [1], pool: [1] }, ["is not a role of database/roles.ts", "logs in without a password"]],
])("%j has the faults %j", (logins, faults) => {
  expect(loginFaults(logins, roles, "logins").map(faultOf)).toEqual(faults);
});

test("refuses a name that another role has, or that is too long", () => {
  const long = "x".repeat(62);
  const others = [
    ...roles,
    { name: "app_b", login: false, purpose: "is in the way" },
    { name: long, login: true, purpose: "has a long name" },
  ];
  expect(loginFaults({ app: [1], [long]: [1] }, others, "logins").map(faultOf)).toEqual([
    "its logins would be called app_b, but database/roles.ts has roles of that name",
    "is too long for a login: with _a it has more than 63 bytes",
  ]);
});
