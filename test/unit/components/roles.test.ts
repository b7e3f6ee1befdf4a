import { beforeAll, expect, test } from "vitest";

import { Roles } from "../../../components/roles";
import { owner, roles } from "../../../database/roles";
import { withLogins } from "@hosterizer/postgres/access/logins";
import { instance } from "./instance";
import { type Recorded, record } from "./record";

let recorded: Map<string, Recorded>;

beforeAll(async () => {
  recorded = await record(() => {
    const server = instance();
    new Roles("role", {
      instance: server,
      roles: withLogins(roles, {}),
      owner,
    });
  });
});

const inputsOf = (name: string) => recorded.get(`Role role-${name}`)?.inputs ?? {};

test("creates the declared roles and a password for each that logs in with one", () => {
  const names = [...recorded.keys()].filter((name) => !/^(postgresql|Roles) /.test(name));
  const expected = roles.flatMap(({ name, login, authenticates }) => [
    `Role role-${name}`,
    ...(login && authenticates !== "certificate" ? [`Password role-${name}`] : []),
  ]);
  expect(names.sort()).toEqual(expected.sort());
});

test("the owner has no login", () => {
  expect(inputsOf("hosterizer_owner")).toEqual({
    name: "hosterizer_owner",
    login: false,
    inherit: true,
  });
});

test("the pooler logs in by certificate, so there is no password to steal", () => {
  expect(inputsOf("app_pooler")).toEqual({ name: "app_pooler", login: true, inherit: true });
});

test("the migrator becomes the owner only by SET ROLE", () => {
  expect(inputsOf("hosterizer_migrator")).toMatchObject({
    login: true,
    inherit: false,
    roles: ["hosterizer_owner"],
  });
});

test("no role has an attribute that gets around row-level security", () => {
  for (const { name } of roles) {
    const inputs = inputsOf(name);
    expect(inputs).not.toHaveProperty("superuser");
    expect(inputs).not.toHaveProperty("bypassRowLevelSecurity");
    expect(inputs).not.toHaveProperty("createRole");
    expect(inputs).not.toHaveProperty("replication");
  }
});
