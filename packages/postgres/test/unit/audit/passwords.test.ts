import { expect, test } from "vitest";

import type { RoleDeclaration } from "../../../src/access/declarations";
import { planPasswords, type StoredPassword } from "../../../src/audit/passwords";

const roles: readonly RoleDeclaration[] = [
  { name: "app", login: true, purpose: "" },
  { name: "pooler", login: true, authenticates: "certificate", purpose: "" },
  { name: "group", login: false, purpose: "" },
];

const plan = (name: string, form: StoredPassword["form"]) => planPasswords([{ name, form }], roles);

test.each([
  ["app", "SCRAM-SHA-256"],
  ["pooler", "no password"],
  ["group", "no password"],
  ["group", "md5"],
] as const)("accepts role %s with %s", (name, form) => {
  expect(plan(name, form)).toEqual([]);
});

test.each(["md5", "no password", "another form"] as const)(
  "a role with %s that logs in by password gets its password back from its resource",
  (form) => {
    expect(plan("app", form)).toEqual([
      expect.objectContaining({ expected: "a SCRAM-SHA-256 password", repair: "automatic" }),
    ]);
    expect(plan("app", form)[0]).not.toHaveProperty("sql");
  },
);

test.each(["SCRAM-SHA-256", "md5", "another form"] as const)(
  "a role with %s that logs in only by certificate loses it",
  (form) => {
    expect(plan("pooler", form)).toEqual([
      expect.objectContaining({
        kind: "role password",
        object: "role pooler",
        expected: "no password",
        repair: "automatic",
        sql: 'alter role "pooler" password null',
      }),
    ]);
  },
);
